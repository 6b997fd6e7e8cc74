import type { ExitReason } from './exit-reason.js';
import type { AnyProtocol, CallArg, CallReply, Calls, Casts, InfoOf, Protocol } from './gen-server.js';

/** Something that takes messages of type M. */
export interface Receiver<M> {
  readonly __accepts?: (message: M) => void;
}

/**
 * One incarnation of one actor. A restart makes a new Pid; what is sent to the old one becomes a dead letter and never
 * reaches the new one.
 */
export interface Pid<P extends Protocol = AnyProtocol> extends Receiver<InfoOf<P>> {
  readonly id: number;
  readonly kind: string;
  /** Unique among its siblings: `Trader 12`. */
  readonly name: string;
  /** Names from the root, joined by `/`. */
  readonly path: string;
  readonly alive: boolean;
  readonly __protocol?: (protocol: P) => P;
}

/** A name that is looked up on every use, so that it follows restarts. */
export interface Via<P extends Protocol = AnyProtocol> {
  readonly label: string;
  whereis(): Pid<P> | undefined;
}

export type Address<P extends Protocol = AnyProtocol> = Pid<P> | Via<P>;

/** Told once to whoever monitored an actor that ended. */
export class Down {
  readonly kind = 'down';
  constructor(
    /** What `monitor` returned. */
    readonly ref: number,
    readonly pid: Pid,
    readonly reason: ExitReason,
  ) {}
}

/** Whoever can send: an actor (its `self`) or the system, for code outside the actors. */
export interface Sender {
  /**
   * Asks and waits.
   *
   * @param timeoutMs default 5,000; Infinity waits for ever
   * @throws CallFailed when the callee crashes or ends first (with its reason), is not there, takes too long, or when the
   * call would close a circle of actors waiting for one another
   */
  call<P extends Protocol, K extends keyof Calls<P> & string>(
    to: Address<P>,
    key: K,
    arg: CallArg<P, K>,
    timeoutMs?: number,
  ): Promise<CallReply<P, K>>;
  /** Tells. False when nobody was there; the message is then counted as a dead letter. */
  cast<P extends Protocol, K extends keyof Casts<P> & string>(
    to: Address<P>,
    key: K,
    arg: Casts<P>[K],
  ): boolean;
  /** Tells without a name, as PubSub and timers do. */
  send<M>(to: Receiver<M>, message: M): boolean;
}

/** What a running actor can do. */
export interface Self<P extends Protocol = AnyProtocol> extends Pid<P>, Sender {
  /** Exactly one Down comes, with the reason; at once when the other has already ended. */
  monitor(other: Pid): number;
  demonitor(ref: number): void;
  /** Sends itself a message later; call the result to cancel. Forgotten when the actor ends. */
  sendAfter(delayMs: number, message: InfoOf<P>): () => void;
  /**
   * Lets a promise go on beside the mailbox and sends itself what became of it, failure included. The system does not count
   * as quiet until that message is handled.
   */
  pipe<T>(
    promise: Promise<T>,
    onValue: (value: T) => InfoOf<P>,
    onError: (error: unknown) => InfoOf<P>,
  ): void;
}
