import { brokenPercentPrice, brokenRule } from '../../../../domain/filters.js';
import type { OrderRequest, Side } from '../../../../domain/order.js';
import type { SymbolInfo } from '../../../../domain/symbol-info.js';
import type { Params } from '../../request-faults.js';
import type { Json } from '../api-types.js';
import type { Call, Endpoints, Grounds } from '../endpoint.js';
import { placedJson, type ResponseType } from '../order-json.js';
import { decimalOf, flagOf, type ParamRules, textOf } from '../params.js';
import { invalidData, mandatory, notRequired, Refusal, refusalOf } from '../refusal.js';
import { commissionRates, NO_DISCOUNT } from './commission.js';
import { factsOf } from './order-lookup.js';
import { selfTradePreventionMode, symbolOf } from './symbol-choice.js';

const REQUIRED: ParamRules = { symbol: 'text', side: 'text', type: 'text' };
const OF_LIMIT_ORDERS = ['timeInForce', 'quantity', 'price'];
const NOT_OF_LIMIT_ORDERS = ['quoteOrderQty', 'stopPrice', 'trailingDelta'];
/** Binance knows these for limit orders, and the simulator does not. */
const NOT_SIMULATED = ['strategyId', 'strategyType', 'pegPriceType', 'pegOffsetType', 'pegOffsetValue'];

const OPTIONAL: ParamRules = {
  timeInForce: 'text',
  quantity: 'decimal',
  price: 'decimal',
  newClientOrderId: 'clientOrderId',
  newOrderRespType: 'text',
  selfTradePreventionMode: 'text',
  icebergQty: 'decimal',
  quoteOrderQty: 'decimal',
  stopPrice: 'decimal',
  trailingDelta: 'long',
  strategyId: 'long',
  strategyType: 'long',
  pegPriceType: 'text',
  pegOffsetType: 'text',
  pegOffsetValue: 'long',
};

function checkOrderParams(params: Params): void {
  if (params.get('type') !== 'LIMIT') return;
  for (const name of OF_LIMIT_ORDERS) if (!params.has(name)) throw mandatory(name);
  for (const name of NOT_OF_LIMIT_ORDERS) if (params.has(name)) throw notRequired(name);
}

const RESPONSE_TYPES: readonly string[] = ['ACK', 'RESULT', 'FULL'] satisfies ResponseType[];
const isResponseType = (text: string): text is ResponseType => RESPONSE_TYPES.includes(text);
const isSide = (text: string): text is Side => text === 'BUY' || text === 'SELL';

interface LegalOrder {
  readonly info: SymbolInfo;
  readonly request: OrderRequest;
  readonly responseType: ResponseType;
}

/** What is asked for, once nothing but the engine itself can refuse it. In the order in which Binance checks. */
async function legalOrder(on: Grounds, call: Call): Promise<LegalOrder> {
  const { params } = call;
  if (params.get('type') !== 'LIMIT') throw new Refusal(-1116, 'Invalid orderType.');
  if (params.get('timeInForce') !== 'GTC') throw new Refusal(-1115, 'Invalid timeInForce.');
  const side = textOf(params, 'side');
  if (!isSide(side)) throw new Refusal(-1117, 'Invalid side.');
  const responseType = params.get('newOrderRespType') ?? 'FULL';
  if (!isResponseType(responseType)) throw invalidData('newOrderRespType');
  if (NOT_SIMULATED.some((name) => params.has(name)))
    throw new Refusal(-1020, 'This operation is not supported.');

  const info = await symbolOf(on, call);
  const { symbol } = info;
  const prevention = selfTradePreventionMode(on, symbol);
  if ((params.get('selfTradePreventionMode') ?? prevention) !== prevention)
    throw new Refusal(-1013, 'This symbol does not allow the specified self-trade prevention mode.');
  const request: OrderRequest = {
    symbol,
    side,
    price: decimalOf(params, 'price'),
    quantity: decimalOf(params, 'quantity'),
    clientOrderId: params.get('newClientOrderId') ?? on.newId(),
  };
  refuseIllegal(on, info, request);
  if (params.has('icebergQty')) throw new Refusal(-2010, 'Iceberg orders are not supported for this symbol.');
  return { info, request, responseType };
}

function refuseIllegal({ trades }: Grounds, info: SymbolInfo, request: OrderRequest): void {
  const reference =
    info.percentPrice === null ? null : trades.average(info.symbol, info.percentPrice.avgPriceMins);
  const broken =
    brokenRule(info, request) ?? (reference === null ? null : brokenPercentPrice(info, request, reference));
  if (broken !== null) throw new Refusal(broken.code, broken.message);
}

async function place(on: Grounds, call: Call): Promise<Json> {
  const { account } = call;
  const { info, request, responseType } = await legalOrder(on, call);
  const release = on.limits.reserveOrder(account);
  const outcome = await on.exchange.placeOrder({ ...request, account });
  if (outcome.kind === 'placed')
    return placedJson(outcome.order, factsOf(on, call, outcome.order), responseType, info);
  release();
  throw refusalOf(outcome);
}

async function test(on: Grounds, call: Call): Promise<Json> {
  const { info } = await legalOrder(on, call);
  if (!flagOf(call.params, 'computeCommissionRates')) return {};
  const { standard, none } = await commissionRates(on, info.symbol);
  const forOrder = (rate: string): Json => ({ maker: rate, taker: rate });
  return {
    standardCommissionForOrder: forOrder(standard),
    specialCommissionForOrder: forOrder(none),
    taxCommissionForOrder: forOrder(none),
    discount: NO_DISCOUNT,
  };
}

export const PLACING: Endpoints = {
  'POST /api/v3/order': {
    security: 'TRADE',
    weight: 1,
    freeWhenDone: true,
    countsOrders: true,
    required: REQUIRED,
    optional: OPTIONAL,
    check: checkOrderParams,
    run: place,
  },
  'POST /api/v3/order/test': {
    security: 'TRADE',
    weight: (params) => (flagOf(params, 'computeCommissionRates') ? 20 : 1),
    required: REQUIRED,
    optional: { ...OPTIONAL, computeCommissionRates: 'flag' },
    check: checkOrderParams,
    run: test,
  },
};
