import type { AnyProtocol, GenServer, Protocol } from './gen-server.js';

/** permanent: restarted whenever it ends. transient: only after a crash. temporary: never. */
export type Restart = 'permanent' | 'transient' | 'temporary';

/** How a supervisor starts a child, and when it starts it again. */
export interface ChildSpec<P extends Protocol = AnyProtocol> {
  /** Unique under its supervisor; the actor's name in the tree. */
  readonly id: string;
  readonly server: GenServer<P>;
  readonly arg: P['arg'];
  /** Default permanent. */
  readonly restart?: Restart;
  /** How long an orderly stop may take before the child is killed. Default 5,000. */
  readonly shutdownMs?: number;
  /** Name in the system's registry; default none. */
  readonly register?: string;
}

export const DEFAULT_SHUTDOWN_MS = 5_000;

/** A spec whose argument is checked against its server. */
export const childSpec = <P extends Protocol>(spec: ChildSpec<P>): ChildSpec<P> => spec;
