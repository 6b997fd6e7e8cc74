import type { Clock } from '../../../ports/clock.js';
import type { BinanceRest } from '../binance-rest.js';
import { serverTime } from '../rest/requests.js';
import type { ExchangeTime } from './subscribing.js';

/** The exchange's time as its REST API tells it. */
export function restTime(rest: Pick<BinanceRest, 'ask'>, clock: Clock): ExchangeTime {
  let aheadOfMonotonicMs: number | null = null;
  return {
    timestamp: () =>
      aheadOfMonotonicMs === null ? null : Math.floor(clock.monotonicMs() + aheadOfMonotonicMs),
    async resync() {
      const outcome = await rest.ask(serverTime);
      if (outcome.kind !== 'ok') throw new Error(`the exchange does not tell its time: ${outcome.kind}`);
      // Against when the answer came: a little behind at worst, and never ahead, which the exchange does not forgive.
      aheadOfMonotonicMs = outcome.value - clock.monotonicMs();
    },
  };
}
