import {
  type Address,
  type Down,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  type Self,
  subscribeTo,
} from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import { type UserDataResumed, userData } from '../ports/topics.js';
import type { Intake, Storable } from './backlog/backlogs.js';
import type { CatchUpPass, CatchUpStep } from './order-catch-up.js';
import { isConnectionError } from './retry.js';

/**
 * Subscriber: stores what is published on one topic, in batches. A batch is written when enough has come or enough time has
 * passed, beside the mailbox and one at a time.
 *
 * While the database is away it holds what comes and tries again, slower and slower. Any other error of the database is a
 * crash: the next incarnation takes over what was held, and waits as long before it tries.
 *
 * Where what changed unseen can be looked up, it is, beside the storing: whenever a subscriber has begun to listen, and whenever
 * those who tell of orders may have missed some themselves.
 */
export interface Batching {
  /** Most events in one write. So many waiting are written at once. */
  readonly maxBatch: number;
  /** How long an event waits for others at most. */
  readonly maxWaitMs: number;
  /** How long an orderly stop waits for what is held to be stored. */
  readonly stopMs: number;
}

export const DEFAULT_BATCHING: Batching = { maxBatch: 500, maxWaitMs: 250, stopMs: 5_000 };

export interface SubscriberArg {
  readonly intake: Intake;
  readonly pubsub: Address<PubSubProtocol>;
  readonly clock: Clock;
  readonly batching: Batching;
}

interface SubscriberState extends SubscriberArg {
  /** `paused`: after a failure, until `write-due`. */
  activity: 'idle' | 'waiting' | 'writing' | 'paused';
  cancelTimer: () => void;
  /** Monotonic time at which an orderly stop gives up; null while nobody stops it. */
  stopByMs: number | null;
  /** The last time of catching up; null where there is nothing to catch up with. */
  pass: CatchUpPass | null;
  /** A step of a pass is under way, or the wait after it. */
  stepping: boolean;
}

type SubscriberMessage =
  | { readonly kind: 'write-due' }
  | { readonly kind: 'written' }
  | { readonly kind: 'write-failed'; readonly error: unknown }
  | { readonly kind: 'stepped'; readonly taken: CatchUpStep }
  | { readonly kind: 'step-failed'; readonly error: unknown }
  | { readonly kind: 'step-due' };

export interface SubscriberProtocol extends Protocol {
  readonly arg: SubscriberArg;
  readonly state: SubscriberState;
  readonly calls: {
    /** Stores all it has heard so far, as part of a stop. Answers how many events it could not store in the time given. */
    drain(nothing: null): number;
  };
  readonly info: Storable | UserDataResumed | SubscriberMessage;
  readonly continue: 'subscribe';
}

type SubscriberSelf = Self<SubscriberProtocol>;

/** Decides what to do about the events held: write now, in a while, or go on waiting. */
function schedule(state: SubscriberState, self: SubscriberSelf): void {
  const { activity, intake, batching } = state;
  if (activity === 'writing' || activity === 'paused' || !intake.backlog.pending) return;
  if (intake.backlog.size >= batching.maxBatch) write(state, self);
  else if (activity === 'idle') writeLater(state, 'waiting', batching.maxWaitMs, self);
}

function writeLater(
  state: SubscriberState,
  activity: 'waiting' | 'paused',
  delayMs: number,
  self: SubscriberSelf,
): void {
  state.activity = activity;
  state.cancelTimer = self.sendAfter(delayMs, { kind: 'write-due' });
}

function write(state: SubscriberState, self: SubscriberSelf): void {
  state.cancelTimer();
  state.activity = 'writing';
  self.pipe(
    state.intake.backlog.write(state.batching.maxBatch),
    () => ({ kind: 'written' }),
    (error) => ({ kind: 'write-failed', error }),
  );
}

/** Begins to catch up, anew when it was at it. What waits goes on waiting, so that nothing is asked for too often. */
function catchUp(state: SubscriberState, self: SubscriberSelf): void {
  state.pass = state.intake.catchUp?.begin() ?? null;
  step(state, self);
}

function step(state: SubscriberState, self: SubscriberSelf): void {
  const { pass, stepping, intake } = state;
  if (pass === null || stepping || pass.phase === 'over') return;
  // The next step says that all is stored; the end of a write comes back here.
  if (pass.phase === 'storing' && intake.backlog.pending) return;
  state.stepping = true;
  self.pipe(
    pass.step(),
    (taken) => ({ kind: 'stepped', taken }),
    (error) => ({ kind: 'step-failed', error }),
  );
}

function onStepped(state: SubscriberState, { found, waitMs }: CatchUpStep, self: SubscriberSelf): void {
  for (const order of found) state.intake.take({ kind: 'order-update', order });
  schedule(state, self);
  if (waitMs > 0) {
    self.sendAfter(waitMs, { kind: 'step-due' });
    return;
  }
  state.stepping = false;
  step(state, self);
}

function onInfo(
  state: SubscriberState,
  message: Storable | UserDataResumed | SubscriberMessage | Down,
  self: SubscriberSelf,
): void {
  switch (message.kind) {
    case 'trade-event':
    case 'order-update':
    case 'candle-update':
      state.intake.take(message);
      schedule(state, self);
      break;
    case 'write-due':
      // Unless it was on its way when its timer was cancelled.
      if (state.activity !== 'writing') write(state, self);
      break;
    case 'written':
      state.activity = 'idle';
      schedule(state, self);
      step(state, self);
      break;
    case 'write-failed':
      if (!isConnectionError(message.error)) throw message.error;
      writeLater(state, 'paused', state.intake.backlog.waitMs, self);
      break;
    case 'user-data-resumed':
      catchUp(state, self);
      break;
    case 'stepped':
      onStepped(state, message.taken, self);
      break;
    case 'step-failed':
      throw message.error;
    case 'step-due':
      state.stepping = false;
      step(state, self);
      break;
    case 'down':
      break;
  }
}

/** Writes until nothing is held or the time is over. Rejects with an error that is not the connection's. */
async function writeAll({ intake: { backlog }, batching, clock }: SubscriberState, untilMs: number) {
  while (backlog.pending) {
    const leftMs = untilMs - clock.monotonicMs();
    if (leftMs <= 0) return;
    try {
      await within(clock, leftMs, backlog.write(batching.maxBatch));
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      await within(clock, Math.min(leftMs, backlog.waitMs));
    }
  }
}

/** Resolves with the work or when the time is over, whichever comes first. */
function within(clock: Clock, ms: number, work?: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    work?.finally(cancel).then(resolve, reject);
  });
}

export const Subscriber: GenServer<SubscriberProtocol> = {
  kind: 'Subscriber',
  init: (arg) => ({
    state: {
      ...arg,
      activity: 'idle',
      cancelTimer: () => undefined,
      stopByMs: null,
      pass: null,
      stepping: false,
    },
    continue: 'subscribe',
  }),
  continue(state, _note, self) {
    const { backlog, topic } = state.intake;
    backlog.resume();
    subscribeTo(self, state.pubsub, topic, self);
    if (state.intake.catchUp !== null) subscribeTo(self, state.pubsub, userData, self);
    // After it listens: what changes from here on is heard.
    catchUp(state, self);
    // What the incarnation before it left.
    if (backlog.waitMs > 0) writeLater(state, 'paused', backlog.waitMs, self);
    else schedule(state, self);
    return { state };
  },
  calls: {
    async drain(state) {
      state.stopByMs ??= state.clock.monotonicMs() + state.batching.stopMs;
      await writeAll(state, state.stopByMs);
      return { state, reply: state.intake.backlog.size };
    },
  },
  info(state, message, self) {
    onInfo(state, message, self);
    return { state };
  },
  async beforeStop(state) {
    await writeAll(state, state.stopByMs ?? state.clock.monotonicMs() + state.batching.stopMs);
  },
  terminate: ({ intake }) => intake.backlog.lastWords(),
  inspect: ({ activity, intake, pass }) => ({ activity, ...intake.backlog.inspect(), ...pass?.inspect() }),
};
