import type { Kysely } from 'kysely';
import type { Period } from '../domain/period.js';
import type { Tables } from './schema.js';
import { symbolIdOf } from './symbol-ids.js';

/** Requests to publish stored trades, as rows: so one process asks, another carries out, and both see what became of it. */
export interface PublishRequest {
  readonly id: number;
  readonly symbol: string;
  readonly period: Period;
  readonly intervalMs: number;
}

export type PublishState =
  | { readonly kind: 'requested' | 'publishing' }
  | { readonly kind: 'published'; readonly trades: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** Where NOTIFY tells of every new request. */
export const PUBLISH_REQUESTED = 'publish_requested';

/** Asks for it. */
export async function requestPublishing(
  db: Kysely<Tables>,
  { symbol, period, intervalMs }: Omit<PublishRequest, 'id'>,
): Promise<number> {
  const symbolId = await symbolIdOf(db, symbol);
  const { id } = await db
    .insertInto('publish_requests')
    .values({
      symbol_id: symbolId,
      from_time: period.fromMs,
      to_time: period.toMs,
      interval_ms: intervalMs,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return Number(id);
}

export async function publishState(db: Kysely<Tables>, id: number): Promise<PublishState> {
  const { state, trades, reason } = await db
    .selectFrom('publish_requests')
    .select(['state', 'trades', 'reason'])
    .where('id', '=', String(id))
    .executeTakeFirstOrThrow();
  switch (state) {
    case 'published':
      return { kind: state, trades: Number(trades) };
    case 'failed':
      return { kind: state, reason: reason ?? '' };
    case 'requested':
    case 'publishing':
      return { kind: state };
  }
}

/** The requests that nobody has taken yet; they are taken now. */
export async function takePublishRequests(db: Kysely<Tables>): Promise<readonly PublishRequest[]> {
  const rows = await db
    .updateTable('publish_requests')
    .from('symbols')
    .set({ state: 'publishing' })
    .whereRef('symbols.id', '=', 'symbol_id')
    .where('state', '=', 'requested')
    .returning(['publish_requests.id', 'symbol', 'from_time', 'to_time', 'interval_ms'])
    .execute();
  return rows
    .map((row) => ({
      id: Number(row.id),
      symbol: row.symbol,
      period: { fromMs: Number(row.from_time), toMs: Number(row.to_time) },
      intervalMs: row.interval_ms,
    }))
    .toSorted((a, b) => a.id - b.id);
}

export const notePublished = (db: Kysely<Tables>, id: number, trades: number): Promise<unknown> =>
  db
    .updateTable('publish_requests')
    .set({ state: 'published', trades })
    .where('id', '=', String(id))
    .where('state', '=', 'publishing')
    .execute();

export const notePublishFailed = (db: Kysely<Tables>, id: number, reason: string): Promise<unknown> =>
  db
    .updateTable('publish_requests')
    .set({ state: 'failed', reason })
    .where('id', '=', String(id))
    .where('state', '=', 'publishing')
    .execute();

/** Those that an earlier process, or an earlier incarnation, left unfinished: nobody carries them on. */
export const abandonPublishRequests = (db: Kysely<Tables>, reason: string): Promise<unknown> =>
  db
    .updateTable('publish_requests')
    .set({ state: 'failed', reason })
    .where('state', 'in', ['requested', 'publishing'])
    .execute();
