import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Tables } from '../../src/warehouse/schema.js';
import { testDatabase } from '../support/database.js';

const db = testDatabase();

type Nullable<Name extends string> = `${Name}?`;
/** The type of PostgreSQL whose values pg gives as this type of TypeScript; with `?` when the column may be null. */
type PgType<T> = null extends T ? Nullable<NotNullPgType<Exclude<T, null>>> : NotNullPgType<T>;
type NotNullPgType<T> = T extends string
  ? 'text' | 'numeric' | 'int8' | 'enum'
  : T extends number
    ? 'int4'
    : T extends boolean
      ? 'bool'
      : T extends Date
        ? 'timestamptz'
        : 'jsonb';
type Selected<Column> = Column extends { readonly __select__: infer T } ? T : Column;

/**
 * Every column of every table: a table or a column that is missing here, or has a type that its TypeScript type cannot be, does
 * not compile; one that the database has otherwise fails the test.
 */
const COLUMNS: {
  readonly [Table in keyof Tables]: {
    readonly [Column in keyof Tables[Table]]: PgType<Selected<Tables[Table][Column]>>;
  };
} = {
  symbols: { id: 'int4', symbol: 'text' },
  trading_settings: {
    symbol_id: 'int4',
    chunks: 'int4',
    budget: 'numeric',
    buy_down_interval: 'numeric',
    profit_interval: 'numeric',
    rebuy_interval: 'numeric',
    fee: 'numeric',
    status: 'enum',
    updated_at: 'timestamptz',
  },
  streaming_settings: { symbol_id: 'int4', status: 'enum', updated_at: 'timestamptz' },
  storing_settings: { topic: 'text', symbol_id: 'int4', status: 'enum', updated_at: 'timestamptz' },
  trade_events: {
    trade_id: 'int8',
    trade_time: 'int8',
    event_time: 'int8',
    stored_at: 'timestamptz',
    symbol_id: 'int4',
    buyer_is_maker: 'bool',
    price: 'numeric',
    quantity: 'numeric',
  },
  missing_trades: {
    id: 'int8',
    symbol_id: 'int4',
    from_trade_id: 'int8',
    to_trade_id: 'int8',
    recorded_at: 'timestamptz',
  },
  absent_trades: { symbol_id: 'int4', from_trade_id: 'int8', to_trade_id: 'int8', noted_at: 'timestamptz' },
  candles: {
    open_time: 'int8',
    symbol_id: 'int4',
    interval: 'text',
    open: 'numeric',
    high: 'numeric',
    low: 'numeric',
    close: 'numeric',
    volume: 'numeric',
    trade_count: 'int8',
  },
  orders: {
    order_id: 'int8',
    created_time: 'int8',
    updated_time: 'int8',
    stored_at: 'timestamptz',
    symbol_id: 'int4',
    side: 'enum',
    status: 'enum',
    client_order_id: 'text',
    price: 'numeric',
    quantity: 'numeric',
    executed_quantity: 'numeric',
  },
  order_updates: {
    id: 'int8',
    order_id: 'int8',
    updated_time: 'int8',
    stored_at: 'timestamptz',
    symbol_id: 'int4',
    status: 'enum',
    client_order_id: 'text',
    executed_quantity: 'numeric',
  },
  backtest_runs: {
    id: 'int8',
    symbol: 'text',
    from_time: 'int8',
    to_time: 'int8',
    settings: 'jsonb',
    summary: 'jsonb',
    started_at: 'timestamptz',
  },
  backtest_orders: {
    run_id: 'int8',
    order_id: 'int8',
    side: 'enum',
    status: 'enum',
    placed_index: 'int8',
    filled_index: 'int8?',
    price: 'numeric',
    quantity: 'numeric',
  },
  installation: { is_only: 'bool', id: 'text', exchange: 'text?' },
  cycles: {
    id: 'int8',
    symbol_id: 'int4',
    scope: 'text',
    settings: 'jsonb',
    position: 'jsonb',
    epoch: 'int4',
    rebuy_of: 'int8?',
    started_at: 'timestamptz',
    updated_at: 'timestamptz',
    ended_at: 'timestamptz?',
  },
  leaderships: { symbol_id: 'int4', scope: 'text', epoch: 'int4' },
  mock_orders: {
    order_id: 'int8',
    created_time: 'int8',
    updated_time: 'int8',
    symbol_id: 'int4',
    side: 'enum',
    status: 'enum',
    client_order_id: 'text',
    price: 'numeric',
    quantity: 'numeric',
    executed_quantity: 'numeric',
    account: 'text',
    fills: 'jsonb',
  },
  mock_balances: { account: 'text', asset: 'text', free: 'numeric', locked: 'numeric' },
  publish_requests: {
    id: 'int8',
    from_time: 'int8',
    to_time: 'int8',
    trades: 'int8?',
    requested_at: 'timestamptz',
    symbol_id: 'int4',
    interval_ms: 'int4',
    state: 'text',
    reason: 'text?',
  },
  order_catch_ups: { symbol_id: 'int4', caught_up_at: 'timestamptz' },
  service_reports: {
    service: 'text',
    name: 'text',
    state: 'text',
    reason: 'text?',
    reported_at: 'timestamptz',
  },
};

/** What may be left out of an insert, because the database fills it in. */
type FilledIn<Column> = Column extends { readonly __insert__: infer T }
  ? [T] extends [never]
    ? true
    : undefined extends T
      ? true
      : false
  : false;
const FILLED_IN: {
  readonly [Table in keyof Tables]: readonly {
    [Column in keyof Tables[Table]]: FilledIn<Tables[Table][Column]> extends true ? Column : never;
  }[keyof Tables[Table]][];
} = {
  symbols: ['id'],
  trading_settings: ['status', 'updated_at'],
  streaming_settings: ['status', 'updated_at'],
  storing_settings: ['status', 'updated_at'],
  trade_events: ['stored_at'],
  missing_trades: ['id', 'recorded_at'],
  absent_trades: ['noted_at'],
  candles: [],
  orders: ['stored_at'],
  order_updates: ['id', 'stored_at'],
  backtest_runs: ['id', 'started_at'],
  backtest_orders: [],
  installation: ['is_only'],
  cycles: ['epoch', 'id', 'scope', 'started_at', 'updated_at'],
  leaderships: ['epoch', 'scope'],
  mock_orders: ['account', 'fills'],
  mock_balances: [],
  publish_requests: ['id', 'requested_at', 'state'],
  order_catch_ups: [],
  service_reports: ['reported_at'],
};

describe('the types of the tables', () => {
  it('are those of the database', async () => {
    const { rows } = await sql<{ table: string; column: string; type: string }>`
      SELECT table_name AS table, column_name AS column,
             CASE WHEN data_type = 'USER-DEFINED' THEN 'enum' ELSE udt_name END ||
             CASE WHEN is_nullable = 'YES' THEN '?' ELSE '' END AS type
      FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely%'`.execute(db.database.kysely);
    const found: Record<string, Record<string, string>> = {};
    for (const { table, column, type } of rows) found[table] = { ...found[table], [column]: type };
    expect(found).toEqual(COLUMNS);
  });

  it('leave out of an insert what the database fills in', async () => {
    const { rows } = await sql<{ table: string; column: string }>`
      SELECT table_name AS table, column_name AS column FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely%'
        AND (column_default IS NOT NULL OR is_identity = 'YES')`.execute(db.database.kysely);
    const found = Object.fromEntries(Object.keys(FILLED_IN).map((table) => [table, [] as string[]]));
    for (const { table, column } of rows) found[table]?.push(column);
    for (const [table, columns] of Object.entries(FILLED_IN)) {
      expect([table, new Set(found[table])]).toEqual([table, new Set<string>(columns)]);
    }
  });

  it.each([
    ['trading_status', ['on', 'off', 'shutdown']],
    ['switch_status', ['on', 'off']],
    ['order_side', ['BUY', 'SELL']],
    [
      'order_status',
      ['NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'EXPIRED_IN_MATCH'],
    ],
  ])('have the words of %s', async (type, words) => {
    const { rows } = await sql<{ word: string }>`
      SELECT enumlabel AS word FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
      WHERE typname = ${type} ORDER BY enumsortorder`.execute(db.database.kysely);
    expect(rows.map(({ word }) => word)).toEqual(words);
  });
});
