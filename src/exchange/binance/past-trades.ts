import type { PastTrades } from '../../ports/trade-source.js';
import type { BinanceRest } from './binance-rest.js';
import { historicalTrades } from './rest/requests.js';

/** The trades that were, from the REST API. */
export const binancePastTrades = (rest: Pick<BinanceRest, 'ask'>): PastTrades => ({
  async fetchTrades(symbol, fromId, limit) {
    const outcome = await rest.ask(historicalTrades(symbol, fromId, limit));
    switch (outcome.kind) {
      case 'ok':
        return outcome.value;
      case 'rate-limited':
        return { retryAfterMs: outcome.retryAfterMs };
      case 'rejected':
        throw new Error(`the exchange refuses trades of ${symbol}: ${outcome.code} ${outcome.reason}`);
      case 'unknown':
        throw new Error(`trades of ${symbol} cannot be had: ${outcome.why}`);
    }
  },
});
