import { type AccountCheckDeps, checkAccount } from '../exchange/binance/account-check.js';
import { type ChildSpec, childSpec, taskSpec } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import { MarketWatch, type MarketWatchProtocol } from '../trading/market-watch.js';
import { leaderOf } from '../trading/symbol-supervisor.js';
import { wait } from '../warehouse/retry.js';
import { restOf } from './binance-part.js';
import type { Core } from './compose.js';

const MARKET_WATCH = 'MarketWatch';

/** Tells the traded symbols what changes at a remote exchange. */
export const marketWatchSpec = ({
  system,
  pubsub,
  exchange,
  trading,
}: Core): ChildSpec<MarketWatchProtocol> =>
  childSpec<MarketWatchProtocol>({
    id: MARKET_WATCH,
    server: MarketWatch,
    arg: {
      pubsub,
      exchange,
      tradedSymbols: () => trading.tradedSymbols(),
      leaderOf: (symbol) => leaderOf(system.registry, symbol),
    },
    register: MARKET_WATCH,
  });

/** Looks at the account once, as soon as the exchange can be asked. After the market watch, which hears what there is. */
export const accountCheckSpec = (
  { system, pubsub }: Core,
  { clock, ...rest }: Pick<AccountCheckDeps, 'orderIdStarts' | 'log'> & { readonly clock: Clock },
): ChildSpec => ({
  ...taskSpec('AccountCheck', () =>
    checkAccount(system, { ...rest, rest: restOf(system), pubsub, wait: (ms) => wait(clock, ms) }),
  ),
  // It may be waiting for an exchange that is away, and loses nothing when it is cut short.
  shutdownMs: 500,
});
