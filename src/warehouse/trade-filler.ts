import { type ChildSpec, childSpec, type GenServer, type Protocol, type Self } from '../otp/index.js';
import { messageOf } from '../platform/error-facts.js';
import type { Log } from '../ports/log.js';
import type { PastTrades } from '../ports/trade-source.js';
import type { Database } from './database.js';
import type { Retry } from './database-cycle-store.js';
import { type Incomplete, incompleteSymbols, storeMissing } from './missing-trade-store.js';

/**
 * TradeFiller: fetches the trades that are written down as missing, such as those that nobody heard while a subscriber was
 * started again, and stores them. One request at a time and not too soon one after the other: nobody waits for them, and
 * everything else that the exchange is asked goes before.
 */
export interface TradeFillerArg {
  readonly database: Database;
  readonly retry: Retry;
  readonly past: PastTrades;
  readonly log: Log;
  readonly timing?: Partial<FillerTiming>;
}

/** In milliseconds. */
interface FillerTiming {
  /** Between two requests while something is missing. */
  readonly pauseMs: number;
  /** Between two looks while nothing is, or the exchange does not serve it. */
  readonly lookEveryMs: number;
}

const TIMING: FillerTiming = { pauseMs: 1_000, lookEveryMs: 10_000 };
/** The most that the exchange puts into one answer. */
const PAGE = 1_000;
const ALL = 'all';

interface TradeFillerState extends Omit<TradeFillerArg, 'timing'> {
  readonly timing: FillerTiming;
  /** The symbol that had its turn last; the others come first. */
  lastSymbolId: number;
  stored: number;
  /** Symbols whose last request came to nothing, and why; `all` when nobody knows what is missing. */
  readonly troubles: Map<string, string>;
}

/** What came of one request. */
interface Filled {
  readonly stored: number;
  readonly waitMs: number;
  /** The exchange had no time: the symbol's turn is still to come. */
  readonly isPutOff: boolean;
}

export interface TradeFillerProtocol extends Protocol {
  readonly arg: TradeFillerArg;
  readonly state: TradeFillerState;
  readonly info:
    | { readonly kind: 'look' }
    | { readonly kind: 'looked'; readonly next: Incomplete | null }
    | { readonly kind: 'filled'; readonly of: Incomplete; readonly filled: Filled }
    /** `of` is null when it was not found out what is missing. */
    | { readonly kind: 'not-filled'; readonly of: Incomplete | null; readonly error: unknown };
  readonly continue: 'look';
}

type FillerSelf = Self<TradeFillerProtocol>;

async function nextOf({ database, retry, lastSymbolId }: TradeFillerState): Promise<Incomplete | null> {
  const incomplete = await retry(() => incompleteSymbols(database.kysely));
  return incomplete.find(({ symbolId }) => symbolId > lastSymbolId) ?? incomplete[0] ?? null;
}

async function fill({ database, retry, past, timing }: TradeFillerState, of: Incomplete): Promise<Filled> {
  const answer = await past.fetchTrades(of.symbol, of.fromId, PAGE);
  if ('retryAfterMs' in answer)
    return { stored: 0, waitMs: Math.max(answer.retryAfterMs, timing.pauseMs), isPutOff: true };
  const stored = await retry(() => storeMissing(database.kysely, of, answer));
  // Heard of, and not served yet.
  const waitMs = answer.length === 0 ? timing.lookEveryMs : timing.pauseMs;
  return { stored, waitMs, isPutOff: false };
}

function look(state: TradeFillerState, self: FillerSelf): void {
  self.pipe(
    nextOf(state),
    (next) => ({ kind: 'looked', next }),
    (error) => ({ kind: 'not-filled', of: null, error }),
  );
}

function onLooked(state: TradeFillerState, of: Incomplete | null, self: FillerSelf): void {
  state.troubles.delete(ALL);
  if (of === null) {
    self.sendAfter(state.timing.lookEveryMs, { kind: 'look' });
    return;
  }
  self.pipe(
    fill(state, of),
    (filled) => ({ kind: 'filled', of, filled }),
    (error) => ({ kind: 'not-filled', of, error }),
  );
}

function onFilled(
  state: TradeFillerState,
  { symbol, symbolId }: Incomplete,
  { stored, waitMs, isPutOff }: Filled,
  self: FillerSelf,
): void {
  if (!isPutOff) {
    state.lastSymbolId = symbolId;
    state.troubles.delete(symbol);
  }
  state.stored += stored;
  if (stored > 0)
    state.log.info(`${symbol}: trades that were missing are stored`, { symbol, trades: stored });
  self.sendAfter(waitMs, { kind: 'look' });
}

/** Others have their turn all the same: a symbol that the exchange lists no more is refused for ever. */
function onNotFilled(state: TradeFillerState, of: Incomplete | null, error: unknown, self: FillerSelf): void {
  const { log, timing, troubles } = state;
  const symbol = of?.symbol ?? ALL;
  const reason = messageOf(error);
  if (!troubles.has(symbol))
    log.warn('trades that are missing cannot be fetched; trying again', { symbol, reason });
  troubles.set(symbol, reason);
  if (of !== null) state.lastSymbolId = of.symbolId;
  self.sendAfter(timing.lookEveryMs, { kind: 'look' });
}

export const TradeFiller: GenServer<TradeFillerProtocol> = {
  kind: 'TradeFiller',
  init: ({ timing, ...arg }) => ({
    state: { ...arg, timing: { ...TIMING, ...timing }, lastSymbolId: 0, stored: 0, troubles: new Map() },
    continue: 'look',
  }),
  continue(state, _note, self) {
    look(state, self);
    return { state };
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'look':
        look(state, self);
        break;
      case 'looked':
        onLooked(state, message.next, self);
        break;
      case 'filled':
        onFilled(state, message.of, message.filled, self);
        break;
      case 'not-filled':
        onNotFilled(state, message.of, message.error, self);
        break;
      case 'down':
        break;
    }
    return { state };
  },
  inspect: ({ stored, troubles }) => ({
    stored,
    ...(troubles.size === 0
      ? {}
      : { troubles: [...troubles].map(([symbol, reason]) => `${symbol}: ${reason}`).join('; ') }),
  }),
};

export const tradeFillerSpec = (arg: TradeFillerArg): ChildSpec<TradeFillerProtocol> =>
  childSpec<TradeFillerProtocol>({ id: 'TradeFiller', server: TradeFiller, arg });
