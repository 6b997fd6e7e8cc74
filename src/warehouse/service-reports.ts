import { type Kysely, sql } from 'kysely';
import type { Standing } from '../services/service.js';
import type { Tables } from './schema.js';

/** How one thing of a service stands in the Hedgehog that runs. */
export interface ServiceReport extends Standing {
  /** `streaming` */
  readonly service: string;
}

/** What a Hedgehog that has ended left says nothing of the one that starts. */
export async function clearReports(db: Kysely<Tables>): Promise<void> {
  await db.deleteFrom('service_reports').execute();
}

/** Replaces all that was reported. What stays the same is not written again. */
export async function writeReports(db: Kysely<Tables>, reports: readonly ServiceReport[]): Promise<void> {
  await sql`
    WITH given AS (
      SELECT * FROM unnest(
        ${reports.map(({ service }) => service)}::text[],
        ${reports.map(({ name }) => name)}::text[],
        ${reports.map(({ state }) => state)}::text[],
        ${reports.map(({ reason }) => reason)}::text[]) AS given (service, name, state, reason)
    ), gone AS (
      DELETE FROM service_reports WHERE (service, name) NOT IN (SELECT service, name FROM given)
    )
    INSERT INTO service_reports (service, name, state, reason) SELECT * FROM given
    ON CONFLICT (service, name) DO UPDATE
    SET state = excluded.state, reason = excluded.reason, reported_at = now()
    WHERE (service_reports.state, service_reports.reason) IS DISTINCT FROM (excluded.state, excluded.reason)`.execute(
    db,
  );
}

/** How the things of a service stand, by name. */
export async function readReports(
  db: Kysely<Tables>,
  service: string,
): Promise<ReadonlyMap<string, ServiceReport>> {
  const rows = await db
    .selectFrom('service_reports')
    .select(['service', 'name', 'state', 'reason'])
    .where('service', '=', service)
    .execute();
  return new Map(rows.map((row) => [row.name, row]));
}
