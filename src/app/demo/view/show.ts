import type { ActorSnapshot } from '../../../otp/index.js';
import type { Log } from '../../../ports/log.js';
import type { DemoEvent, DemoView } from './demo-view.js';

/** How the demo is told: in lines, or drawn in place on a terminal. */
export interface Show {
  /** Where warnings and errors go meanwhile. */
  readonly log: Log;
  /** A line, or several, on standard output. */
  say(text: string): void;
  /** The same for what a picture tells without words. */
  remark(text: string): void;
  /** The actors, as many lines as it takes. */
  sayTree(tree: readonly ActorSnapshot[]): void;
  /** From now on it is shown how the market goes, until `close`. */
  open(look: () => DemoView): void;
  tell(event: DemoEvent): void;
  /** May be called at any time, and again. */
  close(): void;
}

export interface Choice {
  readonly isTerminal: boolean;
  readonly plain: boolean;
  /** False for `--no-color`. */
  readonly color: boolean;
  readonly environment: { readonly [name: string]: string | undefined };
}

/** Drawn where somebody looks at a terminal that can; in colours unless they are not wanted. */
export function howToShow({
  isTerminal,
  plain,
  color,
  environment: { CI, TERM, NO_COLOR },
}: Choice): 'lines' | { readonly colours: boolean } {
  if (!isTerminal || plain || CI || TERM === 'dumb') return 'lines';
  return { colours: color && !NO_COLOR };
}
