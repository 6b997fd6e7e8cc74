import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { type Settings, settingsToJson } from '../domain/settings.js';
import { parseSettings } from '../platform/settings-file.js';
import type { Cycle, CycleStore, Leadership } from '../ports/cycle-store.js';
import { FLAT, type Position } from '../strategy/position.js';
import { type PositionJson, positionFromJson, positionToJson } from '../strategy/position-json.js';
import { installationId, orderIdPrefix as prefixOf } from './installation.js';
import type { CyclesTable, Tables } from './schema.js';
import { symbolIdOf } from './symbol-ids.js';

/** Runs work again, with backoff, while the connection is at fault. */
export type Retry = <T>(work: () => Promise<T>) => Promise<T>;

type Connection = Kysely<Tables> | Transaction<Tables>;
type CycleRow = Selectable<CyclesTable>;

/**
 * Cycles in the database: each change is committed before the promise resolves. While the database is away the promises
 * wait, and so do the traders: nothing is sent that is not written down.
 *
 * Work may be tried again after its answer was lost, so each piece can be done twice: it writes the same again, finds what it
 * wrote, or is refused, which crashes an actor that then reads what is there.
 */
export class DatabaseCycleStore implements CycleStore {
  private constructor(
    private readonly db: Kysely<Tables>,
    private readonly retry: Retry,
    readonly orderIdPrefix: string,
    private readonly scope: string,
  ) {}

  /**
   * Makes the database's own random id when it has none yet.
   *
   * @param scope `live`, or a name of its own for a backtest: the store sees no cycles of another scope
   */
  static async open(db: Kysely<Tables>, retry: Retry, scope = 'live'): Promise<DatabaseCycleStore> {
    const id = await retry(() => installationId(db));
    return new DatabaseCycleStore(db, retry, prefixOf(id), scope);
  }

  lead(symbol: string): Promise<{ leadership: Leadership; cycles: readonly Cycle[] }> {
    return this.retry(() =>
      this.db.transaction().execute(async (transaction) => {
        const { epoch } = await transaction
          .insertInto('leaderships')
          .values({ symbol_id: await symbolIdOf(transaction, symbol), scope: this.scope })
          .onConflict((conflict) =>
            conflict.columns(['symbol_id', 'scope']).doUpdateSet({ epoch: sql`leaderships.epoch + 1` }),
          )
          .returning('epoch')
          .executeTakeFirstOrThrow();
        // A statement of its own, so that it sees what the Leader before committed while this one waited for its row.
        const cycles = await this.takeUpAll(transaction, symbol);
        return { leadership: { symbol, epoch }, cycles };
      }),
    );
  }

  takeUp(leadership: Leadership, id: number): Promise<Cycle> {
    return this.asLeader(leadership, async (transaction) => {
      const row = await transaction
        .updateTable('cycles')
        .set({ epoch: sql`epoch + 1` })
        .where('id', '=', String(id))
        .where('symbol_id', '=', await symbolIdOf(transaction, leadership.symbol))
        .where('scope', '=', this.scope)
        .where('ended_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw new Error(`no cycle ${id} of ${leadership.symbol}, or it has ended`);
      return cycleOf(row, leadership.symbol);
    });
  }

  openFirst(leadership: Leadership, settings: Settings): Promise<Cycle> {
    return this.asLeader(leadership, async (transaction) => {
      const [first] = await this.takeUpAll(transaction, leadership.symbol);
      return first ?? this.insert(transaction, leadership.symbol, settings);
    });
  }

  openRebuy(leadership: Leadership, settings: Settings, of: number): Promise<Cycle | null> {
    return this.asLeader(leadership, async (transaction) => {
      const known = await transaction
        .selectFrom('cycles')
        .selectAll()
        .where('rebuy_of', '=', String(of))
        .executeTakeFirst();
      if (known === undefined) return this.insert(transaction, leadership.symbol, settings, of);
      return known.ended_at === null ? cycleOf(known, leadership.symbol) : null;
    });
  }

  save(cycle: Cycle, position: Position): Promise<void> {
    return this.retry(() => update(this.db, cycle, { position: JSON.stringify(positionToJson(position)) }));
  }

  end(leadership: Leadership, cycle: Cycle): Promise<void> {
    return this.asLeader(leadership, (transaction) => end(transaction, cycle));
  }

  replace(leadership: Leadership, cycle: Cycle, settings: Settings): Promise<Cycle> {
    return this.asLeader(leadership, async (transaction) => {
      await end(transaction, cycle);
      return this.insert(transaction, cycle.symbol, settings);
    });
  }

  /** Deletes the cycles of the store's scope: those of a backtest are taken up by nobody. */
  async forget(): Promise<void> {
    await this.db.deleteFrom('cycles').where('scope', '=', this.scope).execute();
    await this.db.deleteFrom('leaderships').where('scope', '=', this.scope).execute();
  }

  /** Holds the leadership's row, so that the next Leader waits for the end of the work and then sees all of it. */
  private asLeader<T>(
    { symbol, epoch }: Leadership,
    work: (transaction: Transaction<Tables>) => Promise<T>,
  ): Promise<T> {
    return this.retry(() =>
      this.db.transaction().execute(async (transaction) => {
        const held = await transaction
          .selectFrom('leaderships')
          .innerJoin('symbols', 'symbols.id', 'leaderships.symbol_id')
          .select('epoch')
          .where('symbol', '=', symbol)
          .where('scope', '=', this.scope)
          .forUpdate('leaderships')
          .executeTakeFirst();
        if (held?.epoch !== epoch) throw new Error(`${symbol} has another Leader now`);
        return work(transaction);
      }),
    );
  }

  private async takeUpAll(db: Connection, symbol: string): Promise<Cycle[]> {
    const rows = await db
      .updateTable('cycles')
      .set({ epoch: sql`epoch + 1` })
      .where('symbol_id', '=', await symbolIdOf(db, symbol))
      .where('scope', '=', this.scope)
      .where('ended_at', 'is', null)
      .returningAll()
      .execute();
    return rows.map((row) => cycleOf(row, symbol)).toSorted((a, b) => a.id - b.id);
  }

  private async insert(db: Connection, symbol: string, settings: Settings, rebuyOf?: number): Promise<Cycle> {
    const row = await db
      .insertInto('cycles')
      .values({
        scope: this.scope,
        symbol_id: await symbolIdOf(db, symbol),
        settings: JSON.stringify(settingsToJson(settings)),
        position: JSON.stringify(positionToJson(FLAT)),
        ...(rebuyOf === undefined ? {} : { rebuy_of: rebuyOf }),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return cycleOf(row, symbol);
  }
}

const end = (db: Connection, cycle: Cycle): Promise<void> => update(db, cycle, { ended_at: new Date() });

async function update(
  db: Connection,
  { id, epoch }: Cycle,
  change: { readonly position: string } | { readonly ended_at: Date },
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('cycles')
    .set({ ...change, updated_at: sql`now()` })
    .where('id', '=', String(id))
    .where('epoch', '=', epoch)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new Error(`cycle ${id} has ended or was taken up by a later incarnation`);
}

/** The cycle that a row holds. */
export const cycleOf = (row: CycleRow, symbol: string): Cycle => ({
  id: Number(row.id),
  symbol,
  settings: parseSettings(row.settings, `cycle ${row.id}`),
  position: positionFromJson(row.position as PositionJson),
  epoch: row.epoch,
});
