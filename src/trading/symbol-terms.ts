import type { Settings } from '../domain/settings.js';

/**
 * What is wanted of a symbol now. It is kept outside the actors, so that a Leader that is started again follows the latest
 * wish and not the one at its first start.
 */
export interface SymbolTerms {
  /** For cycles that begin from now on. */
  settings: Settings;
  /** Nothing new starts; what was bought is sold; then `onShutDown` is told. */
  shuttingDown: boolean;
  /** The traders that run have not been told of the latest change. */
  changed: boolean;
  /** The last cycle has ended after a shutdown. May be told again after a crash. */
  readonly onShutDown: () => void;
}
