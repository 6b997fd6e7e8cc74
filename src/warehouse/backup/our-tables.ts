import type { ClientBase } from 'pg';
import { TABLE_NAMES } from '../schema.js';
import type { BackedUpTable } from './manifest.js';

/** Those of Hedgehog's tables that the database has, each after those that it refers to. */
export async function ourTables(client: ClientBase): Promise<readonly string[]> {
  const there = await client.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL',
    [TABLE_NAMES],
  );
  const references = await client.query<{ from: string; to: string }>(
    `SELECT conrelid::regclass::text AS from, confrelid::regclass::text AS to
     FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid`,
  );
  const ordered = new Set<string>();
  const add = (name: string): void => {
    for (const { from, to } of references.rows) if (from === name && !ordered.has(to)) add(to);
    ordered.add(name);
  };
  for (const { name } of there.rows) add(name);
  return [...ordered];
}

/** The column of a table that the database numbers, and the number that it gives next; null when it has none. */
export async function identityOf(client: ClientBase, table: string): Promise<BackedUpTable['identity']> {
  const columns = await client.query<{ attname: string; sequence: string }>(
    `SELECT attname, pg_get_serial_sequence($1, attname) AS sequence FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attidentity <> '' AND NOT attisdropped`,
    [table],
  );
  const [column] = columns.rows;
  if (column === undefined) return null;
  const { rows } = await client.query<{ next: string }>(
    `SELECT last_value + is_called::integer AS next FROM ${column.sequence}`,
  );
  return { column: column.attname, next: rows[0]?.next ?? '1' };
}
