import type { ExitReason } from './exit-reason.js';
import type { PendingCall } from './pending-call.js';
import type { Down, Pid, Self } from './pid.js';

/**
 * What one kind of actor understands: the types of its start argument and state, its calls (asked and answered), casts
 * (told), infos (whatever else arrives: published messages, timers, results of piped promises) and `continue` (a note to
 * itself, handled before the rest of the mailbox).
 */
export interface Protocol {
  readonly arg?: unknown;
  readonly state: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: a call's argument is contravariant, so `unknown` would fit no protocol.
  readonly calls?: Readonly<Record<string, (arg: any) => unknown>>;
  readonly casts?: Readonly<Record<string, unknown>>;
  readonly info?: unknown;
  readonly continue?: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: stands for "some protocol"; variance rules out anything narrower.
export type AnyProtocol = any;

export type Calls<P extends Protocol> = NonNullable<P['calls']>;
export type Casts<P extends Protocol> = NonNullable<P['casts']>;
export type CallArg<P extends Protocol, K extends keyof Calls<P>> = Parameters<Calls<P>[K]>[0];
export type CallReply<P extends Protocol, K extends keyof Calls<P>> = Awaited<ReturnType<Calls<P>[K]>>;
export type InfoOf<P extends Protocol> = P['info'];

/** What a handler leaves behind. A handler that returns nothing crashes its actor: the state would be lost. */
export interface Next<P extends Protocol> {
  readonly state: P['state'];
  /** Handled at once, before the next message. */
  readonly continue?: P['continue'];
  /** Ends the actor after this message. */
  readonly stop?: ExitReason;
}

/** `reply` answers the caller now; without it the handler (or a later one) answers through `from`. */
export interface Answer<P extends Protocol, Reply> extends Next<P> {
  readonly reply?: Reply;
  readonly noReply?: true;
}

export type MaybePromise<T> = T | Promise<T>;

/**
 * The behaviour of one kind of actor. Handlers run one at a time; one that awaits holds up its mailbox, so anything slow
 * is piped (`self.pipe`) instead. A throw crashes the actor; its supervisor decides what comes next.
 */
export interface GenServer<P extends Protocol> {
  /** What the inspector and crash reports call it: `Trader`. */
  readonly kind: string;
  /** Runs inside the starter's turn, before any message. A throw fails the start. Asynchronous work goes to `continue`. */
  init(arg: P['arg'], self: Self<P>): Next<P>;
  readonly calls?: {
    readonly [K in keyof Calls<P>]: (
      state: P['state'],
      arg: CallArg<P, K>,
      self: Self<P>,
      from: PendingCall<CallReply<P, K>>,
    ) => MaybePromise<Answer<P, CallReply<P, K>>>;
  };
  readonly casts?: {
    readonly [K in keyof Casts<P>]: (
      state: P['state'],
      arg: Casts<P>[K],
      self: Self<P>,
    ) => MaybePromise<Next<P>>;
  };
  readonly info?: (state: P['state'], message: InfoOf<P> | Down, self: Self<P>) => MaybePromise<Next<P>>;
  readonly continue?: (
    state: P['state'],
    note: NonNullable<P['continue']>,
    self: Self<P>,
  ) => MaybePromise<Next<P>>;
  /** A child of this actor has ended. Only supervisors have children. */
  readonly childExited?: (
    state: P['state'],
    child: Pid,
    reason: ExitReason,
    self: Self<P>,
  ) => MaybePromise<Next<P>>;
  /**
   * Handles all messages that wait when its turn comes, in their order. Other actors handle one in each turn of the event loop,
   * which is too few for one that everything passes through, however little it does for each.
   */
  readonly takesAll?: true;
  /** Part of an orderly stop, before `terminate`: what takes time, such as stopping children one by one. */
  readonly beforeStop?: (state: P['state'], self: Self<P>) => Promise<void>;
  /** Last words, not after `killed`. Must be quick; what it throws is reported and changes nothing. */
  readonly terminate?: (state: P['state'], reason: ExitReason, self: Self<P>) => void;
  /** What the inspector shows of the state; small, and without secrets. */
  readonly inspect?: (state: P['state']) => unknown;
}
