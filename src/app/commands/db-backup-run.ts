import { stat } from 'node:fs/promises';
import { sql } from 'kysely';
import { unreadable } from '../../platform/input-file.js';
import { createLog } from '../../platform/log.js';
import { prepareOutput } from '../../platform/output-file.js';
import { packed } from '../../platform/packed.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { checkArchive } from '../../warehouse/backup/archive.js';
import { backUp } from '../../warehouse/backup/backup.js';
import type { Manifest } from '../../warehouse/backup/manifest.js';
import { type Restored, refuseUnknownMigrations, restore } from '../../warehouse/backup/restore.js';
import { shownTarget, targetOf } from '../../warehouse/connection.js';
import type { Database } from '../../warehouse/database.js';
import { orderIdPrefix } from '../../warehouse/installation.js';
import { thisProcess } from '../../warehouse/lock-holder.js';
import { VERSION } from '../project-files.js';
import type { DbOptions } from './db-command.js';
import { isConfirmed, refuseProduction } from './db-confirm.js';
import { environmentOf, withDatabase } from './db-run.js';
import { progressBar } from './progress-bar.js';
import { existingDatabase } from './ready-database.js';
import { say } from './say.js';

/** For its owner alone: it tells what is traded, and with how much. */
const MODE = 0o600;

export async function backup(file: string, options: DbOptions): Promise<void> {
  await stayAlive(async () => {
    const db = await existingDatabase(environmentOf(options));
    try {
      const output = await prepareOutput(file, { replace: options.force === true, mode: MODE });
      let manifest: Manifest | undefined;
      const onWhole = (whole: Manifest): void => {
        manifest = whole;
      };
      await output.writeAll(packed(archive(db, onWhole)));
      if (manifest === undefined) throw new Error('an archive was written whole without a manifest');
      const { size } = await stat(file);
      say(options.json ? backupJson(file, size, manifest) : backupText(file, size, manifest));
    } finally {
      await db.close();
    }
  });
}

/** @param onWhole told of the manifest once everything is read */
async function* archive(db: Database, onWhole: (manifest: Manifest) => void): AsyncGenerator<Buffer> {
  const bar = progressBar('backing up');
  try {
    bar.setTotal(await sizeOf(db));
    const takenAt = new Date(systemClock.wallMs());
    onWhole(yield* backUp(db, { version: VERSION, takenAt, onBytes: (bytes) => bar.increment(bytes) }));
  } finally {
    bar.stop();
  }
}

/** About as many bytes as there are of text. */
async function sizeOf({ kysely }: Database): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    SELECT coalesce(sum(pg_table_size(oid)), 0) AS bytes FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`.execute(kysely);
  return Number(rows[0]?.bytes ?? 0);
}

export async function restoreBackup(file: string, options: DbOptions): Promise<void> {
  const target = targetOf(environmentOf(options));
  if (options.replace) refuseProduction('db restore --replace', target, options);
  const { size } = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const bar = progressBar('restoring');
  // It is read twice: to make sure that it is whole, and then to put it in place.
  bar.setTotal(2 * size);
  const onBytes = (bytes: number): void => bar.increment(bytes);
  try {
    const manifest = await checkArchive(file, onBytes);
    refuseUnknownMigrations(manifest);
    if (options.replace && !options.yes) {
      bar.stop();
      if (!(await isConfirmed('db restore --replace', target))) {
        say('nothing was done');
        return;
      }
      bar.start(2 * size, size);
    }
    await withDatabase(options, async (db) => {
      const restored = await restore(db, {
        ...{ file, manifest, replace: options.replace === true, onBytes },
        ...{ clock: systemClock, log: createLog('warn') },
        holder: thisProcess(VERSION, systemClock.wallMs()),
      });
      bar.stop();
      const open = await openCycles(db);
      say(
        options.json
          ? restoreJson(file, target.database, manifest, restored, open)
          : restoreText(file, shownTarget(target), manifest, restored, open),
      );
    });
  } finally {
    bar.stop();
  }
}

async function openCycles({ kysely }: Database): Promise<number> {
  const { count } = await kysely
    .selectFrom('cycles')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('ended_at', 'is', null)
    .where('scope', '=', 'live')
    .executeTakeFirstOrThrow();
  return Number(count);
}

const rowsOf = ({ tables }: Manifest): number => tables.reduce((sum, { rows }) => sum + rows, 0);

/** What both commands tell of a backup. */
const plain = (manifest: Manifest) => ({
  takenAt: manifest.takenAt,
  hedgehog: manifest.hedgehog,
  exchange: manifest.exchange,
  rows: rowsOf(manifest),
  tables: Object.fromEntries(manifest.tables.map(({ name, rows }) => [name, rows])),
});

const backupJson = (file: string, bytes: number, manifest: Manifest): string =>
  JSON.stringify({ file, bytes, database: manifest.database, ...plain(manifest) });

const backupText = (file: string, bytes: number, manifest: Manifest): string =>
  `${manifest.database} as of ${manifest.takenAt}: ${count(rowsOf(manifest))} rows of ${manifest.tables.length} tables, ` +
  `written to ${file} (${(bytes / 2 ** 20).toFixed(1)} MiB)`;

const restoreJson = (
  file: string,
  database: string,
  manifest: Manifest,
  { migrated, installationId }: Restored,
  open: number,
): string =>
  JSON.stringify({
    ...{ file, database, ...plain(manifest), migrated },
    orderIdPrefix: installationId === null ? null : orderIdPrefix(installationId),
    openCycles: open,
  });

function restoreText(
  file: string,
  which: string,
  manifest: Manifest,
  { migrated, installationId }: Restored,
  open: number,
): string {
  const lines = [
    `${which} is what ${manifest.database} was at ${manifest.takenAt}: ${count(rowsOf(manifest))} rows of ` +
      `${manifest.tables.length} tables, from ${file}`,
  ];
  if (migrated.length > 0) lines.push(`migrated: ${migrated.join(', ')}`);
  if (installationId !== null)
    lines.push(
      `client order ids begin with ${orderIdPrefix(installationId)} from now on; ${count(open)} cycles are open. Orders placed after the backup ` +
        'are not known here: look at the exchange before you trade on',
    );
  return lines.join('\n');
}

const count = (number: number): string => number.toLocaleString('en-US');
