import type { Decimal } from '../../domain/decimal.js';
import { brokenPercentPrice, brokenRule, type ExchangeError, filterFailure } from '../../domain/filters.js';
import { isOpen, type OrderRequest } from '../../domain/order.js';
import type { Accounts } from './accounts.js';
import { find, type Market, openOf } from './market.js';

// As Binance words its parameter rule.
const CLIENT_ORDER_ID = /^[a-zA-Z0-9-_]{1,36}$/;
const ILLEGAL_CLIENT_ORDER_ID: ExchangeError = {
  code: -1100,
  message:
    "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.",
};
const rejected = (message: string): ExchangeError => ({ code: -2010, message });

/**
 * Why the exchange does not take an order: the first rule that it breaks, those of the symbol before those of the account.
 * Null when it is taken.
 *
 * @param reference what its price must not be too far from; null when that is not checked
 */
export function whyRefused(
  market: Market,
  accounts: Accounts,
  account: string,
  request: OrderRequest,
  reference: Decimal | null,
): ExchangeError | null {
  const { info } = market;
  if (!CLIENT_ORDER_ID.test(request.clientOrderId)) return ILLEGAL_CLIENT_ORDER_ID;
  if (info.status !== 'TRADING') return rejected('Market is closed.');
  if (!info.isSpotTradingAllowed) return rejected('This symbol is not permitted for this account.');
  const broken =
    brokenRule(info, request) ??
    (reference === null ? null : brokenPercentPrice(info, request, reference)) ??
    (accounts.areKept ? brokenAccountRule(market, accounts, account, request) : null);
  if (broken !== null) return broken;
  const earlier = find(market, account, { clientOrderId: request.clientOrderId });
  if (earlier !== undefined && isOpen(earlier.order.status)) return rejected('Duplicate order sent.');
  if (accounts.canPay(account, info, request)) return null;
  return rejected('Account has insufficient balance for requested action.');
}

/** @see Binance spot docs, filters.md, MAX_NUM_ORDERS and MAX_POSITION (read 2026-07) */
function brokenAccountRule(
  market: Market,
  accounts: Accounts,
  account: string,
  request: OrderRequest,
): ExchangeError | null {
  const { maxNumOrders, maxPosition, baseAsset } = market.info;
  if (maxNumOrders !== null && openOf(market, account).length >= maxNumOrders)
    return filterFailure('MAX_NUM_ORDERS');
  if (maxPosition === null || request.side === 'SELL') return null;
  const toBeBought = openOf(market, account)
    .filter(({ order }) => order.side === 'BUY')
    // What is filled already is in the balance.
    .reduce((sum, { order }) => sum.plus(order.quantity).minus(order.executedQuantity), request.quantity);
  const position = accounts.total(account, baseAsset).plus(toBeBought);
  return position.gt(maxPosition) ? filterFailure('MAX_POSITION') : null;
}
