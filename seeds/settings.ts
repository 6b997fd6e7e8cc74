import { type Kysely, sql } from 'kysely';
import { DEFAULT_SETTINGS } from '../src/domain/settings.js';
import { STORED_TOPICS, type Tables } from '../src/warehouse/schema.js';

/** How many rows were new. */
export interface Seeded {
  readonly symbols: number;
  readonly tradingSettings: number;
  readonly streamingSettings: number;
  readonly storingSettings: number;
}

/**
 * Gives every symbol the default settings, all switched off: for trading, for streaming, and for storing each topic. What is
 * there stays as it is, so a user's changes are safe, and seeding twice is seeding once.
 */
export function seedSettings(kysely: Kysely<Tables>, symbols: Iterable<string>): Promise<Seeded> {
  // One parameter for all symbols, however many there are.
  const names = [...symbols];
  const { chunks, budget, buyDownInterval, profitInterval, rebuyInterval, fee } = DEFAULT_SETTINGS;
  return kysely.transaction().execute(async (transaction) => {
    const insert = async (statement: ReturnType<typeof sql>): Promise<number> =>
      Number((await statement.execute(transaction)).numAffectedRows ?? 0n);
    return {
      // Known symbols are left out beforehand: ON CONFLICT alone would use up an id for each.
      symbols: await insert(sql`
        INSERT INTO symbols (symbol)
        SELECT name FROM unnest(${names}::text[]) AS given (name)
        WHERE NOT EXISTS (SELECT FROM symbols WHERE symbol = name)
        ON CONFLICT DO NOTHING`),
      tradingSettings: await insert(sql`
        INSERT INTO trading_settings
          (symbol_id, chunks, budget, buy_down_interval, profit_interval, rebuy_interval, fee)
        SELECT id, ${chunks}::integer, ${budget.toFixed()}::numeric, ${buyDownInterval.toFixed()}::numeric,
               ${profitInterval.toFixed()}::numeric, ${rebuyInterval.toFixed()}::numeric, ${fee.toFixed()}::numeric
        FROM symbols WHERE symbol = ANY (${names}) ORDER BY id
        ON CONFLICT DO NOTHING`),
      streamingSettings: await insert(sql`
        INSERT INTO streaming_settings (symbol_id)
        SELECT id FROM symbols WHERE symbol = ANY (${names}) ORDER BY id
        ON CONFLICT DO NOTHING`),
      storingSettings: await insert(sql`
        INSERT INTO storing_settings (topic, symbol_id)
        SELECT topic, id FROM symbols, unnest(${[...STORED_TOPICS]}::text[]) AS topics (topic)
        WHERE symbol = ANY (${names}) ORDER BY id
        ON CONFLICT DO NOTHING`),
    };
  });
}
