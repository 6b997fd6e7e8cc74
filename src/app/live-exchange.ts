import type { ExchangeFigures } from '../control/deps.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { binancePastTrades } from '../exchange/binance/past-trades.js';
import { RestFigures } from '../exchange/binance/rest/rest-figures.js';
import { ConnectionBudget } from '../exchange/binance/socket/connection-budget.js';
import { UserDataFigures } from '../exchange/binance/user-data/user-data-figures.js';
import type { ChildSpec } from '../otp/index.js';
import { partLog } from '../platform/logging/part-log.js';
import { systemRandom } from '../platform/system-random.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { liveSource } from '../streaming/live-source.js';
import { StreamFigures } from '../streaming/stream-figures.js';
import type { StreamingSource } from '../streaming/streaming-source.js';
import { tapeSource } from '../streaming/tape-streamer.js';
import type { Database } from '../warehouse/database.js';
import type { Retry } from '../warehouse/database-cycle-store.js';
import { DatabaseOrderLedger } from '../warehouse/database-order-ledger.js';
import { publishingSpec } from '../warehouse/publish-desk.js';
import { tradeFillerSpec } from '../warehouse/trade-filler.js';
import { tradeRecord } from '../warehouse/trade-record.js';
import { accountCheckSpec, marketWatchSpec } from './account-watch.js';
import { binancePart, restOf } from './binance-part.js';
import type { Core } from './compose.js';
import type { RemoteExchange } from './exchange-choice.js';
import { type BuildExchange, mockPart } from './exchange-part.js';
import { seedingSpec } from './listed-symbols.js';
import type { MockMarket } from './start-config.js';
import { tapeFeeds } from './tapes.js';

/** What of the daemon's tree depends on the exchange that was chosen. */
export interface LiveExchange {
  readonly build: BuildExchange;
  /** What it lists, as far as that is known now. */
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  readonly figures: ExchangeFigures;
  /** Where its trades come from. */
  source(core: Core): StreamingSource;
  /** Why a symbol cannot be traded, in words; null when it may be. */
  whyNot(symbol: string): string | null;
  /** What only such an exchange has, at the end of the tree. */
  specs(core: Core): readonly ChildSpec[];
  /** After everything has stopped. */
  close(): Promise<void>;
}

export interface LiveExchangeDeps {
  readonly database: Database;
  readonly retry: Retry;
  /** What our client order ids start with: one of these. */
  readonly orderIdStarts: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

export const liveExchange = (chosen: MockMarket | RemoteExchange, deps: LiveExchangeDeps): LiveExchange =>
  chosen.kind === 'mock' ? mockMarket(chosen, deps) : remoteMarket(chosen, deps);

/** The exchange in the process: its orders are in the database, and tapes are its trades. */
function mockMarket(
  { symbols, fillModel, pace, loops, tapes }: MockMarket,
  { database, retry, clock, log }: LiveExchangeDeps,
): LiveExchange {
  const feeds = tapeFeeds(tapes, { pace, loops, clock });
  return {
    symbols,
    figures: { rest: null, userData: null, streams: null },
    build: mockPart({
      symbols: symbols.values(),
      fillModel,
      ledger: new DatabaseOrderLedger(database.kysely, retry),
    }),
    source: ({ pubsub }) =>
      tapeSource({ pubsub, feeds, whyNoFeed: (symbol) => `there is no tape of ${symbol}` }),
    whyNot: (symbol) => (symbols.has(symbol) ? null : `the exchange does not list ${symbol}`),
    specs: ({ system, pubsub }) => [
      publishingSpec({ system, database, pubsub, log: partLog(log, 'storing') }),
    ],
    async close() {
      await Promise.all([...feeds.values()].map((feed) => feed.close()));
    },
  };
}

/** An exchange over the network. What it lists is known only once it has answered; the Leader of a symbol waits for that. */
function remoteMarket(
  remote: RemoteExchange,
  { database, retry, orderIdStarts, clock, log }: LiveExchangeDeps,
): LiveExchange {
  const random = systemRandom;
  const budget = new ConnectionBudget(clock);
  const symbols = new Map<string, SymbolInfo>();
  const figures = { rest: new RestFigures(), userData: new UserDataFigures(), streams: new StreamFigures() };
  return {
    symbols,
    figures,
    build: binancePart({ remote, random, budget, figures }),
    source: ({ system, pubsub }) =>
      liveSource(system, {
        baseUrl: remote.endpoints.streams,
        past: binancePastTrades(restOf(system)),
        record: tradeRecord(database.kysely, retry),
        whyNot: () => null,
        figures: figures.streams,
        exchangeNow: () => figures.rest.exchangeNow(clock.monotonicMs()) ?? clock.wallMs(),
        ...{ pubsub, clock, log: partLog(log, 'streaming'), random, budget },
      }),
    whyNot: () => null,
    specs: (core) => [
      seedingSpec({ symbols, database, retry, clock, log: partLog(log, 'database') }, restOf(core.system)),
      marketWatchSpec(core),
      tradeFillerSpec({
        ...{ database, retry, log: partLog(log, 'storing') },
        past: binancePastTrades(restOf(core.system)),
      }),
      accountCheckSpec(core, { orderIdStarts, clock, log: partLog(log, 'exchange') }),
    ],
    close: () => Promise.resolve(),
  };
}
