import { type Kysely, sql } from 'kysely';
import { parseSettings } from '../platform/settings-file.js';
import type { DesiredState, WantedTrading, Wish } from '../ports/desired-state.js';
import type { Log } from '../ports/log.js';
import type { Database } from './database.js';
import type { Tables } from './schema.js';

/** Where NOTIFY tells of every change of a settings table, as `<table> <symbol id>`. */
const CHANNEL = 'settings_changed';

type SettingsTable = 'trading_settings' | 'streaming_settings' | 'storing_settings';

/** The settings tables as what is wanted: read anew whenever a table changes, and after the connection was lost. */
export class DesiredSettings {
  private readonly followers = new Map<SettingsTable, Set<() => void>>();

  private constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  /** Listens until the database is closed. */
  static async open(database: Database, log: Log): Promise<DesiredSettings> {
    const desired = new DesiredSettings(database, log);
    await database.listen(
      CHANNEL,
      (payload) => desired.tell(payload.split(' ')[0] as SettingsTable),
      // What was told meanwhile is lost.
      () => desired.tellAll(),
    );
    return desired;
  }

  trading(): DesiredState<WantedTrading> {
    return this.state('trading_settings', async (db) => {
      const rows = await db
        .selectFrom('trading_settings')
        .innerJoin('symbols', 'symbols.id', 'symbol_id')
        .selectAll('trading_settings')
        .select(['symbol', sql<string>`updated_at::text`.as('version')])
        .where('status', '!=', 'off')
        .execute();
      const wishes = new Map<string, Wish<WantedTrading>>();
      for (const { symbol, symbol_id: _id, updated_at: _at, version, status, ...settings } of rows) {
        try {
          wishes.set(symbol, {
            // With the values, for whoever changes them by hand and not the time.
            version: [version, status, ...Object.values(settings)].join(' '),
            wanted: {
              status: status as WantedTrading['status'],
              settings: parseSettings(settings, `the database for ${symbol}`),
            },
          });
        } catch (error) {
          // The other symbols are traded all the same.
          this.log.error(error instanceof Error ? error.message : String(error), { symbol });
        }
      }
      return wishes;
    });
  }

  /** By symbol. */
  streaming(): DesiredState<null> {
    return this.state('streaming_settings', async (db) => {
      const rows = await db
        .selectFrom('streaming_settings')
        .innerJoin('symbols', 'symbols.id', 'symbol_id')
        .select(['symbol', sql<string>`updated_at::text`.as('version')])
        .where('status', '=', 'on')
        .execute();
      return new Map(rows.map(({ symbol, version }) => [symbol, { version, wanted: null }]));
    });
  }

  /** By topic: `TRADE_EVENTS:XRPUSDT`. */
  storing(): DesiredState<null> {
    return this.state('storing_settings', (db) => storedTopics(db));
  }

  /** Symbols whose candles are to be stored: those somebody has to sum up. */
  candles(): DesiredState<null> {
    return this.state('storing_settings', async (db) => {
      const prefix = 'OHLC:';
      const topics = await storedTopics(db);
      return new Map(
        [...topics]
          .filter(([topic]) => topic.startsWith(prefix))
          .map(([topic, wish]) => [topic.slice(prefix.length), wish]),
      );
    });
  }

  /** An orderly shutdown of the symbol has ended: it is off, unless somebody has decided otherwise meanwhile. */
  async shutDownEnded(symbol: string): Promise<void> {
    await this.retry(() =>
      this.database.kysely
        .updateTable('trading_settings')
        .from('symbols')
        .set({ status: 'off', updated_at: sql`now()` })
        .whereRef('symbols.id', '=', 'symbol_id')
        .where('symbol', '=', symbol)
        .where('status', '=', 'shutdown')
        .execute(),
    );
  }

  private state<Wanted>(
    table: SettingsTable,
    read: (db: Kysely<Tables>) => Promise<ReadonlyMap<string, Wish<Wanted>>>,
  ): DesiredState<Wanted> {
    return {
      read: () => this.retry(() => read(this.database.kysely)),
      follow: (onChange) => {
        const followers = this.followers.get(table) ?? new Set();
        this.followers.set(table, followers.add(onChange));
        return () => followers.delete(onChange);
      },
    };
  }

  private retry<T>(work: () => Promise<T>): Promise<T> {
    return this.database.withRetry(work, { giveUpAfterMs: Number.POSITIVE_INFINITY });
  }

  private tell(table: SettingsTable): void {
    for (const onChange of this.followers.get(table) ?? []) onChange();
  }

  private tellAll(): void {
    for (const table of this.followers.keys()) this.tell(table);
  }
}

async function storedTopics(db: Kysely<Tables>): Promise<ReadonlyMap<string, Wish<null>>> {
  const rows = await db
    .selectFrom('storing_settings')
    .innerJoin('symbols', 'symbols.id', 'symbol_id')
    .select(['topic', 'symbol', sql<string>`updated_at::text`.as('version')])
    .where('status', '=', 'on')
    .execute();
  return new Map(rows.map(({ topic, symbol, version }) => [`${topic}:${symbol}`, { version, wanted: null }]));
}
