import { type ChildSpec, childSpec, type GenServer, type Protocol, type Self } from '../otp/index.js';
import { messageOf } from '../platform/error-facts.js';
import type { Log } from '../ports/log.js';
import type { PastTrades } from '../ports/trade-source.js';
import type { Database } from './database.js';
import type { Retry } from './database-cycle-store.js';
import { incompleteSymbols, storeMissing } from './missing-trade-store.js';

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

interface TradeFillerState extends Omit<TradeFillerArg, 'timing'> {
  readonly timing: FillerTiming;
  /** The symbol that was filled last; the others come first. */
  lastSymbolId: number;
  stored: number;
  /** Why the last request came to nothing; null when it did not. */
  trouble: string | null;
}

/** What came of one look. */
interface Filled {
  readonly symbolId: number | null;
  readonly symbol: string;
  readonly stored: number;
  readonly waitMs: number;
}

export interface TradeFillerProtocol extends Protocol {
  readonly arg: TradeFillerArg;
  readonly state: TradeFillerState;
  readonly info:
    | { readonly kind: 'look' }
    | { readonly kind: 'filled'; readonly filled: Filled }
    | { readonly kind: 'not-fetched'; readonly error: unknown };
  readonly continue: 'look';
}

type FillerSelf = Self<TradeFillerProtocol>;

async function fill({ database, retry, past, timing, lastSymbolId }: TradeFillerState): Promise<Filled> {
  const incomplete = await retry(() => incompleteSymbols(database.kysely));
  const next = incomplete.find(({ symbolId }) => symbolId > lastSymbolId) ?? incomplete[0];
  if (next === undefined) return { symbolId: null, symbol: '', stored: 0, waitMs: timing.lookEveryMs };
  const { symbol, symbolId, fromId } = next;
  const answer = await past.fetchTrades(symbol, fromId, PAGE);
  if ('retryAfterMs' in answer)
    return { symbolId: null, symbol, stored: 0, waitMs: Math.max(answer.retryAfterMs, timing.pauseMs) };
  const stored = await retry(() => storeMissing(database.kysely, symbolId, answer));
  // Heard of, and not served yet.
  const waitMs = answer.length === 0 ? timing.lookEveryMs : timing.pauseMs;
  return { symbolId, symbol, stored, waitMs };
}

function look(state: TradeFillerState, self: FillerSelf): void {
  self.pipe(
    fill(state),
    (filled) => ({ kind: 'filled', filled }),
    (error) => ({ kind: 'not-fetched', error }),
  );
}

function onFilled(
  state: TradeFillerState,
  { symbolId, symbol, stored, waitMs }: Filled,
  self: FillerSelf,
): void {
  state.trouble = null;
  state.stored += stored;
  if (symbolId !== null) state.lastSymbolId = symbolId;
  if (stored > 0)
    state.log.info(`${symbol}: trades that were missing are stored`, { symbol, trades: stored });
  self.sendAfter(waitMs, { kind: 'look' });
}

function onTrouble(state: TradeFillerState, error: unknown, self: FillerSelf): void {
  const { log, timing } = state;
  if (state.trouble === null)
    log.warn('trades that are missing cannot be fetched; trying again', { reason: messageOf(error) });
  state.trouble = messageOf(error);
  self.sendAfter(timing.lookEveryMs, { kind: 'look' });
}

export const TradeFiller: GenServer<TradeFillerProtocol> = {
  kind: 'TradeFiller',
  init: ({ timing, ...arg }) => ({
    state: { ...arg, timing: { ...TIMING, ...timing }, lastSymbolId: 0, stored: 0, trouble: null },
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
      case 'filled':
        onFilled(state, message.filled, self);
        break;
      case 'not-fetched':
        onTrouble(state, message.error, self);
        break;
      case 'down':
        break;
    }
    return { state };
  },
  inspect: ({ stored, trouble }) => ({ stored, ...(trouble === null ? {} : { trouble }) }),
};

export const tradeFillerSpec = (arg: TradeFillerArg): ChildSpec<TradeFillerProtocol> =>
  childSpec<TradeFillerProtocol>({ id: 'TradeFiller', server: TradeFiller, arg });
