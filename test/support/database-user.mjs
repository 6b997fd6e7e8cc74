// A process that opens the database of its environment, tells of it, and closes it when its input ends.
// Usage: node database-user.mjs <folder of the build> [migrate]
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [build, task] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(build, path)).href);
const { openDatabase } = await load('src/warehouse/database.js');
const { migrateUp } = await load('src/warehouse/migrator.js');

const tell = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);
const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
try {
  const startedMs = performance.now();
  const database = await openDatabase({ environment: process.env, log });
  const tookMs = Math.round(performance.now() - startedMs);
  const migrated = task === 'migrate' ? await migrateUp(database.kysely) : [];
  const { rows } = await database.pool.query(
    'SELECT pg_postmaster_start_time()::text AS started, current_user AS user',
  );
  tell({ ...rows[0], uid: process.getuid(), tookMs, migrated });
  process.stdin.resume();
  await once(process.stdin, 'end');
  await database.close();
  tell({ closed: true });
} catch (error) {
  tell({ error: `${error.name}: ${error.message}` });
}
process.exit();
