import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { prepareOutput } from '../../src/platform/output-file.js';
import { packed } from '../../src/platform/packed.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { checkArchive } from '../../src/warehouse/backup/archive.js';
import { type BackupOptions, backUp } from '../../src/warehouse/backup/backup.js';
import { archiveEnd, type Member, memberBytes, membersIn } from '../../src/warehouse/backup/members.js';
import { type Restored, restore } from '../../src/warehouse/backup/restore.js';
import type { Database } from '../../src/warehouse/database.js';
import { TABLE_NAMES } from '../../src/warehouse/schema.js';
import { aLog } from './log.js';

export const HOLDER = { pid: 4711, host: 'a-host', sinceMs: 1_760_000_000_000, version: '0.1.0' };

export const TAKEN_AT = new Date('2026-07-01T12:00:00Z');

/** Backs a database up into a file. */
export async function backUpInto(
  file: string,
  db: Database,
  options: Partial<BackupOptions> = {},
): Promise<void> {
  const output = await prepareOutput(file);
  await output.writeAll(packed(backUp(db, { version: '1.2.3', takenAt: TAKEN_AT, ...options })));
}

/** Checks a backup and restores it, as the command does. */
export async function restoreFrom(file: string, db: Database, replace = false): Promise<Restored> {
  const manifest = await checkArchive(file);
  return restore(db, { holder: HOLDER, file, manifest, replace, clock: systemClock, log: aLog() });
}

/** Writes a backup anew with other members. */
export async function repacked(
  file: string,
  change: (members: readonly Member[]) => readonly Member[],
): Promise<void> {
  const chunks = (async function* () {
    yield gunzipSync(readFileSync(file));
  })();
  const members: Member[] = [];
  for await (const member of membersIn(chunks)) members.push(member);
  const bytes = change(members).flatMap((member) => memberBytes(member, TAKEN_AT));
  writeFileSync(file, gzipSync(Buffer.concat([...bytes, archiveEnd])));
}

/** Writes a backup anew with another manifest. */
// biome-ignore lint/suspicious/noExplicitAny: what a test does to it may be anything.
export const remanifested = (file: string, change: (manifest: any) => void): Promise<void> =>
  repacked(file, (members) =>
    members.map((member) => {
      if (member.path !== 'manifest.json') return member;
      const manifest: unknown = JSON.parse(member.content.toString());
      change(manifest);
      return { ...member, content: Buffer.from(JSON.stringify(manifest)) };
    }),
  );

/** Every row of every table as text, but for the database's own id. */
export async function contentOf({ pool }: Database): Promise<Readonly<Record<string, readonly string[]>>> {
  const content: Record<string, readonly string[]> = {};
  for (const table of TABLE_NAMES) {
    const row = table === 'installation' ? 'row(exchange)' : table;
    const { rows } = await pool.query<{ row: string }>(`SELECT ${row}::text AS row FROM ${table} ORDER BY 1`);
    content[table] = rows.map((found) => found.row);
  }
  return content;
}

/** A row in every table, numbered ones with gaps before. */
export const FILLED = `
  INSERT INTO symbols (symbol) VALUES ('XRPUSDT'), ('ADAUSDT');
  INSERT INTO trading_settings VALUES (1, 5, 1000, 0.0001, -0.0012, 0.001, 0.001, 'on', '2026-01-02 03:04:05.678901+00');
  INSERT INTO streaming_settings VALUES (1, 'on');
  INSERT INTO storing_settings VALUES ('ORDERS', 1, 'on');
  INSERT INTO trade_events SELECT 100 + n, n, n + 3, now(), 1 + n % 2, n % 2 = 0, 0.000000012345678901, 12.50 + n
    FROM generate_series(1, 3000) AS n;
  INSERT INTO missing_trades (symbol_id, from_trade_id, to_trade_id) SELECT 1, n, n + 2 FROM generate_series(1, 5) AS n;
  DELETE FROM missing_trades WHERE id <> 3;
  INSERT INTO absent_trades VALUES (1, 7, 9);
  INSERT INTO candles VALUES (60000, 1, '1m', 1, 2, 0.5, 1.5, 100, 7);
  INSERT INTO orders VALUES (9, 1, 2, now(), 1, 'BUY', 'FILLED', 'hh1-1-B1', 0.4, 10, 10);
  INSERT INTO order_updates (order_id, updated_time, symbol_id, status, client_order_id, executed_quantity)
    VALUES (9, 2, 1, 'FILLED', 'hh1-1-B1', 10);
  INSERT INTO backtest_runs (symbol, from_time, to_time, settings, summary) VALUES ('XRPUSDT', 1, 2, '{"a": "tab\\t"}', '{}');
  INSERT INTO backtest_orders VALUES (1, 1, 'SELL', 'NEW', 3, NULL, 1, 1);
  INSERT INTO installation (id, exchange) VALUES ('0123456789', 'simulator');
  INSERT INTO cycles (symbol_id, settings, position, ended_at) VALUES (1, '{}', '{"phase": "flat"}', now());
  INSERT INTO cycles (symbol_id, settings, position, rebuy_of) VALUES (1, '{}', '{"phase": "flat", "why": "a\\nb"}', 1);
  INSERT INTO leaderships VALUES (1, 'live', 3);
  INSERT INTO mock_orders VALUES (9, 1, 2, 1, 'BUY', 'NEW', 'hh1-1-B1', 0.4, 10, 0);
  INSERT INTO mock_balances VALUES ('main', 'USDT', 100, 5);
  INSERT INTO publish_requests (from_time, to_time, symbol_id, interval_ms) VALUES (1, 2, 1, 0);
  INSERT INTO order_catch_ups VALUES (1, now());
  INSERT INTO service_reports VALUES ('trading', 'XRPUSDT', 'given-up', 'because', now());`;
