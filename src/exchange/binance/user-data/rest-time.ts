import type { BinanceRest } from '../binance-rest.js';
import { serverTime } from '../rest/requests.js';
import type { ExchangeTime } from './subscribing.js';

/**
 * The exchange's time, asked for each time: it is needed only when a connection is made. It is a little old when it is used,
 * and so never ahead, which the exchange does not forgive.
 */
export const restTime = (rest: Pick<BinanceRest, 'ask'>): ExchangeTime => ({
  async timestamp() {
    const outcome = await rest.ask(serverTime);
    return outcome.kind === 'ok' ? outcome.value : null;
  },
  resync: () => Promise.resolve(),
});
