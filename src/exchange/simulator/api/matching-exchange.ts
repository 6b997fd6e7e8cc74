import type { Balance } from '../../../domain/account.js';
import type { Decimal } from '../../../domain/decimal.js';
import type { Order, OrderRequest } from '../../../domain/order.js';
import type { SymbolInfo } from '../../../domain/symbol-info.js';
import { type Address, CallFailed, type Sender } from '../../../otp/index.js';
import type { CancelOutcome, LookupOutcome, OrderKey, PlaceOutcome } from '../../../ports/exchange.js';
import type { BinanceMockProtocol } from '../../mock/binance-mock.js';
import { outcomeUnknown } from './refusal.js';

interface OfAccount {
  readonly account: string;
}
interface OfSymbol extends OfAccount {
  readonly symbol: string;
}

/** What the endpoints need of the exchange behind them. A call without an answer ends the request: its outcome is unknown. */
export interface MatchingExchange {
  symbolInfo(symbol: string): Promise<SymbolInfo | undefined>;
  commissionRate(symbol: string): Promise<Decimal | null>;
  placeOrder(request: OrderRequest & OfAccount): Promise<PlaceOutcome>;
  cancelOrder(request: OfSymbol & { readonly key: OrderKey }): Promise<CancelOutcome>;
  getOrder(request: OfSymbol & { readonly key: OrderKey }): Promise<LookupOutcome>;
  openOrders(request: OfAccount & { readonly symbol: string | undefined }): Promise<readonly Order[]>;
  orders(request: OfSymbol): Promise<readonly Order[]>;
  balances(account: string): Promise<readonly Balance[]>;
}

/** The BinanceMock actor as that. */
export function matchingExchange(sender: Sender, mock: Address<BinanceMockProtocol>): MatchingExchange {
  const unanswered = (error: unknown): never => {
    throw error instanceof CallFailed ? outcomeUnknown() : error;
  };
  return {
    symbolInfo: (symbol) => sender.call(mock, 'symbolInfo', symbol).catch(unanswered),
    commissionRate: (symbol) => sender.call(mock, 'commissionRate', symbol).catch(unanswered),
    placeOrder: (request) => sender.call(mock, 'placeOrder', request).catch(unanswered),
    cancelOrder: (request) => sender.call(mock, 'cancelOrder', request).catch(unanswered),
    getOrder: (request) => sender.call(mock, 'getOrder', request).catch(unanswered),
    openOrders: (request) => sender.call(mock, 'openOrders', request).catch(unanswered),
    orders: (request) => sender.call(mock, 'orders', request).catch(unanswered),
    balances: (account) => sender.call(mock, 'balances', account).catch(unanswered),
  };
}
