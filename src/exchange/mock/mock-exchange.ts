import { type Address, CallFailed, type Sender } from '../../otp/index.js';
import type { Exchange } from '../../ports/exchange.js';
import { MAIN } from './accounts.js';
import type { BinanceMockProtocol } from './binance-mock.js';

const OUTCOME_UNKNOWN = { kind: 'outcome-unknown' } as const;
const UNAVAILABLE = { kind: 'unavailable', retryAfterMs: 100 } as const;

/** An account of the BinanceMock actor behind the Exchange port. A call that gets no answer is, as with the real one, of unknown outcome. */
export function mockExchange(
  sender: Sender,
  mock: Address<BinanceMockProtocol>,
  account: string = MAIN,
): Exchange {
  const unanswered =
    <T>(outcome: T) =>
    (error: unknown): T => {
      if (error instanceof CallFailed) return outcome;
      throw error;
    };
  return {
    symbolInfo: (symbol) => sender.call(mock, 'symbolInfo', symbol),
    commissionRate: (symbol) => sender.call(mock, 'commissionRate', symbol),
    placeOrder: (request) =>
      sender.call(mock, 'placeOrder', { ...request, account }).catch(unanswered(OUTCOME_UNKNOWN)),
    cancelOrder: (symbol, key) =>
      sender.call(mock, 'cancelOrder', { account, symbol, key }).catch(unanswered(OUTCOME_UNKNOWN)),
    getOrder: (symbol, key) =>
      sender.call(mock, 'getOrder', { account, symbol, key }).catch(unanswered(UNAVAILABLE)),
    openOrders: (symbol) => sender.call(mock, 'openOrders', { account, symbol }),
  };
}
