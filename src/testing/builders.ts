import { Decimal, ZERO } from '../domain/decimal.js';
import type { ExecutionReport } from '../domain/execution-report.js';
import type { Fill, Order } from '../domain/order.js';
import { DEFAULT_SETTINGS, type Settings } from '../domain/settings.js';
import type { PercentPrice, SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';

/** Any fields of T, with decimals written as text: `{ price: '0.4319' }`. */
export type AsText<T> = { readonly [K in keyof T]?: T[K] extends Decimal ? string : T[K] };

/** The decimal that the text stands for. Throws when it stands for none. */
export const decimal = (text: string): Decimal => new Decimal(text);

function withText<T extends object>(defaults: T, fields: AsText<T>): T {
  const parsed = Object.entries(fields).map(([field, value]) => [
    field,
    typeof value === 'string' && defaults[field as keyof T] instanceof Decimal ? decimal(value) : value,
  ]);
  return { ...defaults, ...(Object.fromEntries(parsed) as Partial<T>) };
}

/** What `aSymbol` may be told; rules as decimal text, in which zero means "no rule". */
export interface SymbolFields {
  readonly symbol?: string;
  readonly status?: string;
  readonly baseAsset?: string;
  readonly quoteAsset?: string;
  readonly baseAssetPrecision?: number;
  readonly quoteAssetPrecision?: number;
  readonly minPrice?: string;
  readonly maxPrice?: string;
  readonly tickSize?: string;
  readonly minQty?: string;
  readonly maxQty?: string;
  readonly stepSize?: string;
  readonly notionalFilter?: 'MIN_NOTIONAL' | 'NOTIONAL';
  readonly minNotional?: string;
  /** Null, the default, for no upper rule. */
  readonly maxNotional?: string | null;
  readonly isSpotTradingAllowed?: boolean;
  /** Null, the default, for no rule; so too the two below. */
  readonly percentPrice?: PercentPrice | null;
  readonly maxNumOrders?: number | null;
  readonly maxPosition?: string | null;
}

/** A symbol as an exchange lists it: XRPUSDT with a tick of 0.01, a step of 0.1 and a least notional of 10, unless told otherwise. */
export function aSymbol(fields: SymbolFields = {}): SymbolInfo {
  const { maxNotional = null, maxPosition = null } = fields;
  return {
    symbol: fields.symbol ?? 'XRPUSDT',
    status: fields.status ?? 'TRADING',
    baseAsset: fields.baseAsset ?? 'XRP',
    quoteAsset: fields.quoteAsset ?? 'USDT',
    baseAssetPrecision: fields.baseAssetPrecision ?? 8,
    quoteAssetPrecision: fields.quoteAssetPrecision ?? 8,
    priceFilter: {
      minPrice: decimal(fields.minPrice ?? '0.01'),
      maxPrice: decimal(fields.maxPrice ?? '100000'),
      tickSize: decimal(fields.tickSize ?? '0.01'),
    },
    lotSize: {
      minQty: decimal(fields.minQty ?? '0.1'),
      maxQty: decimal(fields.maxQty ?? '900000'),
      stepSize: decimal(fields.stepSize ?? '0.1'),
    },
    notional: {
      filterType: fields.notionalFilter ?? 'MIN_NOTIONAL',
      minNotional: decimal(fields.minNotional ?? '10'),
      maxNotional: maxNotional === null ? null : decimal(maxNotional),
    },
    isSpotTradingAllowed: fields.isSpotTradingAllowed ?? true,
    percentPrice: fields.percentPrice ?? null,
    maxNumOrders: fields.maxNumOrders ?? null,
    maxPosition: maxPosition === null ? null : decimal(maxPosition),
  };
}

const A_TRADE: TradeEvent = {
  kind: 'trade-event',
  symbol: 'XRPUSDT',
  tradeId: 1,
  price: decimal('100'),
  quantity: decimal('1'),
  tradeTime: 1_000,
  eventTime: 1_000,
  buyerIsMaker: false,
  origin: 'exchange',
};

/** Somebody's public trade: 1 XRPUSDT at 100, unless told otherwise. */
export const aTradeEvent = (fields: AsText<TradeEvent> = {}): TradeEvent => withText(A_TRADE, fields);

const AN_ORDER: Order = {
  symbol: 'XRPUSDT',
  side: 'BUY',
  price: decimal('100'),
  quantity: decimal('2'),
  clientOrderId: 'test-1-B1',
  orderId: 1,
  status: 'NEW',
  executedQuantity: ZERO,
  fills: [],
  createdTime: 1_000,
  updatedTime: 1_000,
};

/** An order as the exchange knows it: an open buy of 2 XRPUSDT at 100, unless told otherwise. */
export const anOrder = (fields: AsText<Order> = {}): Order => withText(AN_ORDER, fields);

const A_REPORT: ExecutionReport = {
  kind: 'execution-report',
  symbol: 'XRPUSDT',
  orderId: 1,
  clientOrderId: 'test-1-B1',
  side: 'BUY',
  executionType: 'NEW',
  orderStatus: 'NEW',
  price: decimal('100'),
  quantity: decimal('2'),
  lastPrice: ZERO,
  lastQuantity: ZERO,
  cumulativeQuantity: ZERO,
  commission: ZERO,
  commissionAsset: null,
  tradeId: null,
  executionId: 1,
  transactTime: 1_000,
};

const A_FILL: Fill = {
  tradeId: -1,
  price: decimal('100'),
  quantity: decimal('2'),
  commission: ZERO,
  commissionAsset: null,
  time: 1_000,
};

/** One match of an order: 2 at 100 without commission, which fills `anOrder` whole, unless told otherwise. */
export const aFill = (fields: AsText<Fill> = {}): Fill => withText(A_FILL, fields);

/** What the exchange tells of an order: that it took the buy of `anOrder`, unless told otherwise. */
export const anExecutionReport = (fields: AsText<ExecutionReport> = {}): ExecutionReport =>
  withText(A_REPORT, fields);

/** Settings that make round numbers: 1,000 in 5 chunks, no buy-down, 1 % profit, rebuy 1 % lower, no fee, unless told otherwise. */
export const someSettings = (fields: AsText<Settings> = {}): Settings =>
  withText(
    {
      ...DEFAULT_SETTINGS,
      buyDownInterval: ZERO,
      profitInterval: decimal('0.01'),
      rebuyInterval: decimal('0.01'),
      fee: ZERO,
    },
    fields,
  );
