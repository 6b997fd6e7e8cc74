import type { SymbolInfo } from '../../../domain/symbol-info.js';
import type { Clock } from '../../../ports/clock.js';
import type { Rejected } from '../../../ports/exchange.js';
import type { Log } from '../../../ports/log.js';
import type { Credentials } from '../credentials.js';
import { Arrivals } from './arrivals.js';
import { Chore } from './chore.js';
import { ExchangeClock } from './exchange-clock.js';
import { DEFAULT_MOST_BYTES, DEFAULT_TIMEOUT_MS } from './http.js';
import { PRIORITIES, type Priority, RateLimits } from './rate-limits.js';
import { RequestQueue } from './request-queue.js';
import { RestFigures } from './rest-figures.js';

export interface BinanceClientArg {
  /** Before `/api/v3/…`. */
  readonly restUrl: string;
  /** Null: only what is public can be asked for. */
  readonly credentials: Credentials | null;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to below 1, for the spread of retries. */
  readonly random: () => number;
  /** How long an answer may take. Should be above the 10 s after which Binance gives up itself. Default 15,000. */
  readonly timeoutMs?: number;
  /** Longest body that is read. */
  readonly mostBytes?: number;
  /** Where it is counted what was asked. */
  readonly figures?: RestFigures;
}

/** What one incarnation of the client knows. */
export interface ClientState extends Required<BinanceClientArg> {
  readonly limits: RateLimits;
  readonly exchangeClock: ExchangeClock;
  readonly arrivals: Arrivals;
  readonly queue: RequestQueue;
  readonly underWay: Record<Priority, number>;
  readonly clockSync: Chore;
  readonly rulesLoading: Chore;
  /** Null until the exchange has told them. */
  symbols: ReadonlyMap<string, SymbolInfo> | null;
  /** Requests whose answers could not be read, by method and path: each is said once. */
  readonly unreadable: Set<string>;
  /** Why no signed request is sent any more; null while they are. */
  halted: Rejected | null;
}

const SYNC_PERIOD_MS = 5 * 60_000;
const RULES_PERIOD_MS = 15 * 60_000;

const NO_KEYS: Rejected = { kind: 'rejected', code: -2014, reason: 'no API key is configured' };

export function newClientState(arg: BinanceClientArg): ClientState {
  const limits = new RateLimits();
  const exchangeClock = new ExchangeClock();
  const figures = arg.figures ?? new RestFigures();
  figures.follow(limits, exchangeClock);
  return {
    timeoutMs: DEFAULT_TIMEOUT_MS,
    mostBytes: DEFAULT_MOST_BYTES,
    ...arg,
    ...{ limits, exchangeClock, figures },
    arrivals: new Arrivals(arg.clock.monotonicMs()),
    queue: new RequestQueue(),
    underWay: Object.fromEntries(PRIORITIES.map((priority) => [priority, 0])) as Record<Priority, number>,
    clockSync: new Chore(SYNC_PERIOD_MS, 1_000),
    rulesLoading: new Chore(RULES_PERIOD_MS, 60_000),
    symbols: null,
    unreadable: new Set(),
    halted: arg.credentials === null ? NO_KEYS : null,
  };
}

/** Unix milliseconds on the exchange's clock; on ours until that is known. */
export const exchangeNow = ({ exchangeClock, clock }: ClientState): number =>
  exchangeClock.now(clock.monotonicMs()) ?? clock.wallMs();

/** Whether orders can be placed: the clock is known, and so are the rules. */
export const isReady = ({ symbols, exchangeClock }: ClientState): boolean =>
  symbols !== null && exchangeClock.isKnown;
