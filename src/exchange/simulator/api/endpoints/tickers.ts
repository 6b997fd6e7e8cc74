import { compare, type Decimal, toWire, ZERO } from '../../../../domain/decimal.js';
import type { Order, Side } from '../../../../domain/order.js';
import type { Params } from '../../request-faults.js';
import type { Json } from '../api-types.js';
import type { Call, Endpoint, Endpoints, Grounds } from '../endpoint.js';
import { Refusal } from '../refusal.js';
import { namedSymbols, symbolStatusOf } from './symbol-choice.js';

/** One row for `symbol`, a list of rows otherwise. */
async function rows(on: Grounds, { params }: Call, row: (symbol: string) => Promise<Json>): Promise<Json> {
  const { symbols } = on.exchangeInfo();
  const status = symbolStatusOf(params);
  const isOne = params.has('symbol');
  const chosen = (namedSymbols(symbols, params) ?? symbols).filter(
    (symbol) => status === undefined || symbol.status === status,
  );
  if (!isOne) return Promise.all(chosen.map(({ symbol }) => row(symbol)));
  const [only] = chosen;
  if (only === undefined)
    throw new Refusal(-1220, "The symbol's status does not match the requested symbolStatus.");
  return row(only.symbol);
}

const lastPrice = ({ trades }: Grounds, symbol: string): Decimal => trades.last(symbol)?.price ?? ZERO;

/** Price and open quantity of the best orders on one side; where there are none, the last price and no quantity. */
function best(
  orders: readonly Order[],
  side: Side,
  otherwise: Decimal,
): { price: Decimal; quantity: Decimal } {
  const ours = orders.filter((order) => order.side === side);
  const direction = side === 'BUY' ? 1 : -1;
  const price = ours
    .map((order) => order.price)
    .reduce<Decimal | null>(
      (found, next) => (found === null || compare(next, found) * direction > 0 ? next : found),
      null,
    );
  if (price === null) return { price: otherwise, quantity: ZERO };
  const quantity = ours
    .filter((order) => order.price.eq(price))
    .reduce((sum, order) => sum.plus(order.quantity.minus(order.executedQuantity)), ZERO);
  return { price, quantity };
}

/**
 * The simulator knows no book but the orders that its accounts have placed, so the best bid and ask are theirs. A side without
 * orders has the last price, and quantity zero.
 */
async function bookTicker(on: Grounds, symbol: string): Promise<Json> {
  const ofAccounts = await Promise.all(
    on.accounts.names.map((account) => on.exchange.openOrders({ account, symbol })),
  );
  const orders = ofAccounts.flat();
  const last = lastPrice(on, symbol);
  const bid = best(orders, 'BUY', last);
  const ask = best(orders, 'SELL', last);
  return {
    symbol,
    bidPrice: toWire(bid.price),
    bidQty: toWire(bid.quantity),
    askPrice: toWire(ask.price),
    askQty: toWire(ask.quantity),
  };
}

const tickerEndpoint = (run: Endpoint['run']): Endpoint => ({
  security: 'NONE',
  weight: (params: Params) => (params.has('symbol') ? 2 : 4),
  required: {},
  optional: { symbol: 'text', symbols: 'text', symbolStatus: 'text' },
  run,
});

export const TICKERS: Endpoints = {
  'GET /api/v3/ticker/price': tickerEndpoint((on, call) =>
    rows(on, call, async (symbol) => ({ symbol, price: toWire(lastPrice(on, symbol)) })),
  ),
  'GET /api/v3/ticker/bookTicker': tickerEndpoint((on, call) =>
    rows(on, call, (symbol) => bookTicker(on, symbol)),
  ),
};
