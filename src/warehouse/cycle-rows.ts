import { type Kysely, sql } from 'kysely';
import type { Cycle } from '../ports/cycle-store.js';
import { cycleOf } from './database-cycle-store.js';
import type { Tables } from './schema.js';

const PAGE = 500;

const liveCycles = (db: Kysely<Tables>) =>
  db
    .selectFrom('cycles')
    .innerJoin('symbols', 'symbols.id', 'symbol_id')
    .selectAll('cycles')
    .select('symbol')
    .where('scope', '=', 'live')
    .orderBy('cycles.id');

/** A cycle as it is on record, for who only looks at it. */
export interface RecordedCycle extends Cycle {
  readonly startedAt: Date;
}

/** The cycles that have not ended, by id; takes none of them up. */
export async function openCycles(db: Kysely<Tables>): Promise<readonly RecordedCycle[]> {
  const rows = await liveCycles(db).where('ended_at', 'is', null).execute();
  return rows.map((row) => ({ ...cycleOf(row, row.symbol), startedAt: row.started_at }));
}

/** One cycle, ended or not; null when there is none. */
export async function recordedCycle(db: Kysely<Tables>, id: number): Promise<RecordedCycle | null> {
  const row = await liveCycles(db).where('cycles.id', '=', String(id)).executeTakeFirst();
  return row === undefined ? null : { ...cycleOf(row, row.symbol), startedAt: row.started_at };
}

/** Of the cycles with these ids, those that have ended. */
export async function endedAmong(db: Kysely<Tables>, ids: readonly number[]): Promise<readonly Cycle[]> {
  if (ids.length === 0) return [];
  const rows = await liveCycles(db)
    .where('ended_at', 'is not', null)
    .where(sql<boolean>`cycles.id = ANY (${[...ids]}::bigint[])`)
    .execute();
  return rows.map((row) => cycleOf(row, row.symbol));
}

/** The cycles with higher ids that have ended, by id, some at a time: there may be very many. */
export async function* endedAfter(db: Kysely<Tables>, id: number): AsyncGenerator<readonly Cycle[]> {
  for (let after = String(id); ; ) {
    const rows = await liveCycles(db)
      .where('ended_at', 'is not', null)
      .where('cycles.id', '>', after)
      .limit(PAGE)
      .execute();
    yield rows.map((row) => cycleOf(row, row.symbol));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}
