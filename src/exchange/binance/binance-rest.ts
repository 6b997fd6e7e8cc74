import type { Order, OrderRequest } from '../../domain/order.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import { type Address, CallFailed, type Sender } from '../../otp/index.js';
import type { OrderKey } from '../../ports/exchange.js';
import type { BinanceClientProtocol } from './binance-client.js';
import type { RestOutcome } from './rest/outcome.js';
import type { RestRequest } from './rest/requests.js';

/** The BinanceClient actor as its users see it. A call that the actor did not live to answer is of unknown outcome. */
export interface BinanceRest {
  /** @see rest/requests.ts for what can be asked */
  ask<T>(request: RestRequest<T>): Promise<RestOutcome<T>>;
  place(request: OrderRequest): Promise<RestOutcome<Order>>;
  /** Waits until the exchange has told its rules. */
  symbolInfo(symbol: string): Promise<SymbolInfo | undefined>;
  /** How long until an order that is not found can no longer appear, in milliseconds. */
  settledInMs(symbol: string, key: OrderKey): Promise<number>;
  foundAbsent(symbol: string, clientOrderId: string): void;
  /** What to sign a request with now, Unix milliseconds; null while the exchange's clock is unknown. */
  timestamp(): Promise<number | null>;
}

const RETRY_MS = 1_000;
// The client itself bounds how long each request may take.
const NO_TIMEOUT = Number.POSITIVE_INFINITY;

export function binanceRest(sender: Sender, client: Address<BinanceClientProtocol>): BinanceRest {
  const unanswered =
    <T>(value: T) =>
    (error: unknown): T => {
      if (error instanceof CallFailed) return value;
      throw error;
    };
  const unknown = unanswered({ kind: 'unknown', why: 'the client ended' } as const);
  return {
    ask: <T>(request: RestRequest<T>) =>
      sender.call(client, 'request', request, NO_TIMEOUT).catch(unknown) as Promise<RestOutcome<T>>,
    place: (request) => sender.call(client, 'place', request, NO_TIMEOUT).catch(unknown),
    symbolInfo: (symbol) => sender.call(client, 'symbolInfo', symbol, NO_TIMEOUT),
    settledInMs: (symbol, key) =>
      sender.call(client, 'settledInMs', { symbol, key }).catch(unanswered(RETRY_MS)),
    foundAbsent: (symbol, clientOrderId) => sender.cast(client, 'foundAbsent', { symbol, clientOrderId }),
    timestamp: () => sender.call(client, 'timestamp', null).catch(unanswered(null)),
  };
}
