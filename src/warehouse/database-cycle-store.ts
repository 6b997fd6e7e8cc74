import { randomBytes } from 'node:crypto';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { type Settings, settingsToJson } from '../domain/settings.js';
import { parseSettings } from '../platform/settings-file.js';
import type { Cycle, CycleStore } from '../ports/cycle-store.js';
import { FLAT, type Position } from '../strategy/position.js';
import { type PositionJson, positionFromJson, positionToJson } from '../strategy/position-json.js';
import type { CyclesTable, Tables } from './schema.js';

/** Runs work again, with backoff, while the connection is at fault. */
export type Retry = <T>(work: () => Promise<T>) => Promise<T>;

type Connection = Kysely<Tables> | Transaction<Tables>;
type CycleRow = Selectable<CyclesTable> & { readonly symbol: string };

/**
 * Cycles in the database: each change is committed before the promise resolves. While the database is away the promises
 * wait, and so do the traders: nothing is sent that is not written down.
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
    const id = await retry(async () => {
      // 40 bits: a client order id must be told from those of any other installation of the same account.
      await db
        .insertInto('installation')
        .values({ id: randomBytes(5).toString('hex') })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return (await db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id;
    });
    return new DatabaseCycleStore(db, retry, `hh${id}`, scope);
  }

  takeUp(symbol: string): Promise<readonly Cycle[]> {
    return this.retry(() => this.takeUpAll(symbol));
  }

  private async takeUpAll(symbol: string): Promise<Cycle[]> {
    const rows = await this.db
      .updateTable('cycles')
      .from('symbols')
      .set({ epoch: sql`epoch + 1` })
      .whereRef('symbols.id', '=', 'cycles.symbol_id')
      .where('symbols.symbol', '=', symbol)
      .where('scope', '=', this.scope)
      .where('ended_at', 'is', null)
      .returningAll('cycles')
      .returning('symbols.symbol')
      .execute();
    return rows.map(cycleOf).toSorted((a, b) => a.id - b.id);
  }

  takeUpOne(id: number): Promise<Cycle> {
    return this.retry(async () => {
      const row = await this.db
        .updateTable('cycles')
        .from('symbols')
        .set({ epoch: sql`epoch + 1` })
        .whereRef('symbols.id', '=', 'cycles.symbol_id')
        .where('cycles.id', '=', String(id))
        .where('ended_at', 'is', null)
        .returningAll('cycles')
        .returning('symbols.symbol')
        .executeTakeFirst();
      if (row === undefined) throw new Error(`no cycle ${id}, or it has ended`);
      return cycleOf(row);
    });
  }

  openFirst(symbol: string, settings: Settings): Promise<Cycle> {
    // Looked for first, also when it is tried again: a try whose answer was lost may have opened it.
    return this.retry(
      async () =>
        (await this.takeUpAll(symbol))[0] ?? (await insertCycle(this.db, this.scope, symbol, settings)),
    );
  }

  openRebuy(symbol: string, settings: Settings, of: number): Promise<Cycle | null> {
    return this.retry(async () => {
      const known = await rebuyOf(this.db, of);
      if (known === undefined) return insertCycle(this.db, this.scope, symbol, settings, of);
      return known.ended_at === null ? cycleOf(known) : null;
    });
  }

  save(cycle: Cycle, position: Position): Promise<void> {
    // Done twice, when the answer to the first try was lost, it writes the same again.
    return this.retry(() => update(this.db, cycle, { position: JSON.stringify(positionToJson(position)) }));
  }

  end(cycle: Cycle): Promise<void> {
    return this.retry(() => endCycle(this.db, cycle));
  }

  replace(cycle: Cycle, settings: Settings): Promise<Cycle> {
    return this.retry(() =>
      this.db.transaction().execute(async (transaction) => {
        await endCycle(transaction, cycle);
        return insertCycle(transaction, this.scope, cycle.symbol, settings);
      }),
    );
  }
}

/** Deletes the cycles of a backtest, which nobody takes up again. */
export const forgetScope = async (db: Kysely<Tables>, scope: string): Promise<void> => {
  await db.deleteFrom('cycles').where('scope', '=', scope).execute();
};

async function insertCycle(
  db: Connection,
  scope: string,
  symbol: string,
  settings: Settings,
  rebuyOf?: number,
): Promise<Cycle> {
  const row = await db
    .insertInto('cycles')
    .values({
      scope,
      symbol_id: await symbolId(db, symbol),
      settings: JSON.stringify(settingsToJson(settings)),
      position: JSON.stringify(positionToJson(FLAT)),
      ...(rebuyOf === undefined ? {} : { rebuy_of: rebuyOf }),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return cycleOf({ ...row, symbol });
}

const rebuyOf = (db: Connection, of: number): Promise<CycleRow | undefined> =>
  db
    .selectFrom('cycles')
    .innerJoin('symbols', 'symbols.id', 'cycles.symbol_id')
    .selectAll('cycles')
    .select('symbols.symbol')
    .where('rebuy_of', '=', String(of))
    .executeTakeFirst();

const endCycle = (db: Connection, cycle: Cycle): Promise<void> => update(db, cycle, { ended_at: new Date() });

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

async function symbolId(db: Connection, symbol: string): Promise<number> {
  const row = await db.selectFrom('symbols').select('id').where('symbol', '=', symbol).executeTakeFirst();
  if (row === undefined) throw new Error(`the database does not know ${symbol}`);
  return row.id;
}

const cycleOf = (row: CycleRow): Cycle => ({
  id: Number(row.id),
  symbol: row.symbol,
  settings: parseSettings(row.settings, `cycle ${row.id}`),
  position: positionFromJson(row.position as PositionJson),
  epoch: row.epoch,
});
