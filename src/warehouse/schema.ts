import type { ColumnType, Generated, GeneratedAlways, JSONColumnType, Selectable } from 'kysely';
import type { FillJson } from './fill-json.js';

/**
 * The tables, as kysely's types. `bigint` and `numeric` come from pg as text: exact, and fed to Decimal or, for ids and times
 * below 2^53, to Number. A test holds these types against the database.
 */
type Numeric = ColumnType<string, string, string>;
type BigInt64 = ColumnType<string, number | string, number | string>;
type StampedByDatabase = ColumnType<Date, Date | undefined, Date>;

/** The topics whose messages can be stored. */
export const STORED_TOPICS = ['TRADE_EVENTS', 'ORDERS', 'OHLC'] as const;
export type StoredTopic = (typeof STORED_TOPICS)[number];

export type TradingStatus = 'on' | 'off' | 'shutdown';
export type SwitchStatus = 'on' | 'off';
export type OrderSide = 'BUY' | 'SELL';
export type OrderStatusColumn =
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'EXPIRED_IN_MATCH';

export interface SymbolsTable {
  id: GeneratedAlways<number>;
  symbol: string;
}

export interface TradingSettingsTable {
  symbol_id: number;
  chunks: number;
  budget: Numeric;
  buy_down_interval: Numeric;
  profit_interval: Numeric;
  rebuy_interval: Numeric;
  fee: Numeric;
  status: Generated<TradingStatus>;
  updated_at: StampedByDatabase;
}

export interface StreamingSettingsTable {
  symbol_id: number;
  status: Generated<SwitchStatus>;
  updated_at: StampedByDatabase;
}

export interface StoringSettingsTable {
  topic: StoredTopic;
  symbol_id: number;
  status: Generated<SwitchStatus>;
  updated_at: StampedByDatabase;
}

export interface TradeEventsTable {
  trade_id: BigInt64;
  trade_time: BigInt64;
  event_time: BigInt64;
  stored_at: StampedByDatabase;
  symbol_id: number;
  buyer_is_maker: boolean;
  price: Numeric;
  quantity: Numeric;
}

export interface MissingTradesTable {
  id: GeneratedAlways<string>;
  symbol_id: number;
  from_trade_id: BigInt64;
  to_trade_id: BigInt64;
  recorded_at: StampedByDatabase;
}

export interface AbsentTradesTable {
  symbol_id: number;
  from_trade_id: BigInt64;
  to_trade_id: BigInt64;
  noted_at: StampedByDatabase;
}

export interface CandlesTable {
  open_time: BigInt64;
  symbol_id: number;
  interval: '1m' | '5m' | '15m' | '1h' | '4h' | '1d';
  open: Numeric;
  high: Numeric;
  low: Numeric;
  close: Numeric;
  volume: Numeric;
  trade_count: BigInt64;
}

interface OrderColumns {
  order_id: BigInt64;
  created_time: BigInt64;
  updated_time: BigInt64;
  symbol_id: number;
  side: OrderSide;
  status: OrderStatusColumn;
  client_order_id: string;
  price: Numeric;
  quantity: Numeric;
  executed_quantity: Numeric;
}

export interface OrdersTable extends OrderColumns {
  stored_at: StampedByDatabase;
}

export interface MockOrdersTable extends OrderColumns {
  account: Generated<string>;
  fills: ColumnType<readonly FillJson[], string | undefined, string>;
}

export interface MockBalancesTable {
  account: string;
  asset: string;
  free: Numeric;
  locked: Numeric;
}

export interface OrderUpdatesTable {
  id: GeneratedAlways<string>;
  order_id: BigInt64;
  updated_time: BigInt64;
  stored_at: StampedByDatabase;
  symbol_id: number;
  status: OrderStatusColumn;
  client_order_id: string;
  executed_quantity: Numeric;
}

export interface BacktestRunsTable {
  id: GeneratedAlways<string>;
  symbol: string;
  from_time: BigInt64;
  to_time: BigInt64;
  settings: JSONColumnType<object>;
  summary: JSONColumnType<object>;
  started_at: StampedByDatabase;
}

export interface BacktestOrdersTable {
  run_id: BigInt64;
  order_id: BigInt64;
  side: OrderSide;
  status: OrderStatusColumn;
  placed_index: BigInt64;
  filled_index: ColumnType<string | null, number | null, number | null>;
  price: Numeric;
  quantity: Numeric;
}

export interface InstallationTable {
  is_only: Generated<boolean>;
  id: string;
  exchange: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface CyclesTable {
  id: GeneratedAlways<string>;
  symbol_id: number;
  scope: Generated<string>;
  settings: JSONColumnType<object>;
  position: JSONColumnType<object>;
  epoch: Generated<number>;
  rebuy_of: ColumnType<string | null, number | string | null, never>;
  started_at: StampedByDatabase;
  updated_at: StampedByDatabase;
  ended_at: ColumnType<Date | null, Date | null, Date | null>;
}

export interface LeadershipsTable {
  symbol_id: number;
  scope: Generated<string>;
  epoch: Generated<number>;
}

export interface PublishRequestsTable {
  id: GeneratedAlways<string>;
  from_time: BigInt64;
  to_time: BigInt64;
  trades: ColumnType<string | null, number | null, number | null>;
  requested_at: StampedByDatabase;
  symbol_id: number;
  interval_ms: number;
  state: Generated<'requested' | 'publishing' | 'published' | 'failed'>;
  reason: ColumnType<string | null, string | null, string | null>;
}

export interface OrderCatchUpsTable {
  symbol_id: number;
  caught_up_at: ColumnType<Date, Date, Date>;
}

export interface ServiceReportsTable {
  service: string;
  name: string;
  state: 'running' | 'given-up';
  reason: string | null;
  reported_at: StampedByDatabase;
}

export interface Tables {
  symbols: SymbolsTable;
  trading_settings: TradingSettingsTable;
  streaming_settings: StreamingSettingsTable;
  storing_settings: StoringSettingsTable;
  trade_events: TradeEventsTable;
  missing_trades: MissingTradesTable;
  absent_trades: AbsentTradesTable;
  candles: CandlesTable;
  orders: OrdersTable;
  order_updates: OrderUpdatesTable;
  backtest_runs: BacktestRunsTable;
  backtest_orders: BacktestOrdersTable;
  installation: InstallationTable;
  cycles: CyclesTable;
  leaderships: LeadershipsTable;
  mock_orders: MockOrdersTable;
  mock_balances: MockBalancesTable;
  publish_requests: PublishRequestsTable;
  order_catch_ups: OrderCatchUpsTable;
  service_reports: ServiceReportsTable;
}

const NAMES: Readonly<Record<keyof Tables, true>> = {
  symbols: true,
  trading_settings: true,
  streaming_settings: true,
  storing_settings: true,
  trade_events: true,
  missing_trades: true,
  absent_trades: true,
  candles: true,
  orders: true,
  order_updates: true,
  backtest_runs: true,
  backtest_orders: true,
  installation: true,
  cycles: true,
  leaderships: true,
  mock_orders: true,
  mock_balances: true,
  publish_requests: true,
  order_catch_ups: true,
  service_reports: true,
};

/** The names of all tables that Hedgehog keeps anything in. */
export const TABLE_NAMES: readonly string[] = Object.keys(NAMES);

export type CycleRow = Selectable<CyclesTable>;
