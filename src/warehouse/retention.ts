import { type ChildSpec, childSpec, type GenServer, type Protocol, type Self } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Database } from './database.js';
import { describeDatabaseError } from './database-errors.js';
import { PrunePass } from './prune-trades.js';

/**
 * Retention: deletes stored trades that are too old, when it starts and then every hour. It does so a batch at a time with
 * pauses between, so that whoever stores or reads is never held up for long.
 *
 * Nothing but old trades depends on it. So a pass that fails is told and made again an hour later; trading does not end over it.
 */
export interface RetentionArg {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** How old a trade may get. */
  readonly keepTradesMs: number;
}

interface RetentionState extends RetentionArg {
  pass: PrunePass | null;
  passes: number;
  deleted: number;
  lastError: string | null;
}

export interface RetentionProtocol extends Protocol {
  readonly arg: RetentionArg;
  readonly state: RetentionState;
  readonly continue: 'begin';
  readonly info:
    | { readonly kind: 'due' | 'step' | 'stepped' }
    | { readonly kind: 'failed'; readonly error: unknown };
}

type RetentionSelf = Self<RetentionProtocol>;

const EVERY_MS = 3_600_000;
const PAUSE_MS = 50;

function begin(state: RetentionState, self: RetentionSelf): void {
  const { database, clock, keepTradesMs } = state;
  state.pass = new PrunePass(database.kysely, clock.wallMs() - keepTradesMs);
  step(state, self);
}

function step({ pass, database }: RetentionState, self: RetentionSelf): void {
  if (pass === null) return;
  self.pipe(
    database.withRetry(() => pass.step(), { giveUpAfterMs: Number.POSITIVE_INFINITY }),
    () => ({ kind: 'stepped' }),
    (error) => ({ kind: 'failed', error }),
  );
}

function onStepped(state: RetentionState, self: RetentionSelf): void {
  if (state.pass?.isOver === false) {
    self.sendAfter(PAUSE_MS, { kind: 'step' });
    return;
  }
  state.lastError = null;
  end(state, self);
}

function onFailed(state: RetentionState, error: unknown, self: RetentionSelf): void {
  state.lastError = describeDatabaseError(error);
  state.log.error('old trades could not be deleted; trying again in an hour', { reason: state.lastError });
  end(state, self);
}

function end(state: RetentionState, self: RetentionSelf): void {
  const { pass, log } = state;
  if (pass === null) return;
  for (const [symbol, trades] of pass.deleted) {
    state.deleted += trades;
    log.info('old trades were deleted', { symbol, trades, before: new Date(pass.beforeMs).toISOString() });
  }
  state.passes++;
  state.pass = null;
  self.sendAfter(EVERY_MS, { kind: 'due' });
}

const Retention: GenServer<RetentionProtocol> = {
  kind: 'Retention',
  init: (arg) => ({
    state: { ...arg, pass: null, passes: 0, deleted: 0, lastError: null },
    continue: 'begin',
  }),
  continue(state, _note, self) {
    begin(state, self);
    return { state };
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'due':
        begin(state, self);
        return { state };
      case 'step':
        step(state, self);
        return { state };
      case 'stepped':
        onStepped(state, self);
        return { state };
      case 'failed':
        onFailed(state, message.error, self);
        return { state };
      case 'down':
        return { state };
    }
  },
  inspect: ({ keepTradesMs, pass, passes, deleted, lastError }) => ({
    keepsHours: keepTradesMs / EVERY_MS,
    passes,
    deletedTrades: deleted,
    ...(pass === null ? {} : { deletingBefore: new Date(pass.beforeMs).toISOString() }),
    ...(lastError === null ? {} : { lastError }),
  }),
};

export const retentionSpec = (arg: RetentionArg): ChildSpec<RetentionProtocol> =>
  childSpec({ id: 'Retention', server: Retention, arg });
