import { sql } from 'kysely';
import { findBinaries } from '../../platform/postgres/binaries.js';
import { inspectServer } from '../../platform/postgres/embedded-server.js';
import { targetOf } from '../../warehouse/connection.js';
import { DatabaseMissing, openDatabase } from '../../warehouse/database.js';
import { exchangeOf } from '../../warehouse/installation.js';
import { shownHolder } from '../../warehouse/lock-holder.js';
import { migrationStates, strangeMigrations } from '../../warehouse/migrator.js';
import { knownOrderIdStarts } from '../../warehouse/order-id-starts.js';
import { isRunning, runningHolder } from '../../warehouse/running-lock.js';
import { type Check, type DoctorContext, type Finding, ok, problem, warning } from './check.js';

const SERVER = 'database server';
const DATABASE = 'database';
const TABLES = 'tables';
/** An embedded server that does not run takes a while to start. */
const STARTING_MS = 30_000;

export const serverCheck: Check = {
  name: SERVER,
  otherwise: 'there is no database server',
  async run({ environment }) {
    const target = targetOf(environment);
    if (target.kind === 'url') return ok(`DATABASE_URL, ${target.shown}`);
    const { version } = findBinaries();
    const { isMade, pid, places, users } = inspectServer(target.dataDirectory);
    const { account } = places;
    const who = account === undefined ? '' : `, as the user with the id ${account.uid}`;
    const own = `Hedgehog's own PostgreSQL ${version} in ${places.home}${who}`;
    if (!isMade) return ok(`${own}; not made yet: hedgehog start makes it`);
    if (pid === undefined) return ok(`${own}; it runs while somebody uses it`);
    const used = users.length === 0 ? 'used by nobody' : `used by ${[...new Set(users)].join(', ')}`;
    return ok(`${own}; runs as process ${pid}, ${used}`);
  },
};

interface Facts {
  readonly version: string;
  readonly fsync: string;
  readonly synchronous_commit: string;
  readonly full_page_writes: string;
  readonly read_only: string;
}

export const databaseCheck: Check = {
  name: DATABASE,
  needs: [SERVER],
  otherwise: 'the database cannot be asked',
  limitMs: STARTING_MS,
  async run(context) {
    const { environment, log, clock, patienceMs, known } = context;
    const target = targetOf(environment);
    if (target.kind === 'embedded' && !inspectServer(target.dataDirectory).isMade) return null;
    try {
      known.database = await openDatabase({
        ...{ environment, log, clock, create: false, poolSize: 1 },
        openingMs: target.kind === 'url' ? patienceMs : STARTING_MS,
      });
    } catch (error) {
      if (error instanceof DatabaseMissing)
        return ok(`${target.database} is not made yet: hedgehog start makes it`);
      throw error;
    }
    const { rows } = await sql<Facts>`
      SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
        current_setting('synchronous_commit') AS synchronous_commit,
        current_setting('full_page_writes') AS full_page_writes,
        current_setting('transaction_read_only') AS read_only`.execute(known.database.kysely);
    return databaseFinding(target.database, rows[0] as Facts);
  },
};

/** Whether what the server calls committed is on the disk. */
export function databaseFinding(database: string, facts: Facts): Finding {
  const answers = `${database} answers, PostgreSQL ${facts.version}`;
  if (facts.read_only === 'on')
    return problem(
      `${answers}; it can only be read`,
      'name the primary server in DATABASE_URL, not a standby',
    );
  for (const setting of ['fsync', 'full_page_writes'] as const) {
    if (facts[setting] === 'off')
      return problem(
        `${answers}; ${setting} is off: when the machine fails, the database may be damaged`,
        `set ${setting} = on in its postgresql.conf`,
      );
  }
  if (facts.synchronous_commit === 'off')
    return problem(
      `${answers}; synchronous_commit is off: when the server fails, orders may be forgotten and placed twice`,
      'set synchronous_commit = on in its postgresql.conf, or for this database',
    );
  return ok(`${answers}; what is committed is on the disk`);
}

export const tablesCheck: Check = {
  name: TABLES,
  needs: [DATABASE],
  async run({ known }) {
    const { database } = known;
    if (database === undefined) return null;
    const strange = await strangeMigrations(database.kysely);
    if (strange.length > 0)
      return problem(
        `migrated by a newer Hedgehog: ${strange.join(', ')}`,
        'use that version, or name another database in HEDGEHOG_DATABASE',
      );
    const states = await migrationStates(database.kysely);
    const pending = states.filter(({ appliedAt }) => appliedAt === undefined).map(({ name }) => name);
    known.isMigrated = pending.length === 0;
    if (known.isMigrated) return ok(`up to date, ${states.length} migrations`);
    return pending.length === states.length
      ? warning('not made yet', 'hedgehog start makes them, and so does hedgehog db setup')
      : warning(
          `migrations are pending: ${pending.join(', ')}`,
          'hedgehog start applies them, and so does hedgehog db migrate',
        );
  },
};

/** A database is that of one exchange. */
export const ownerCheck: Check = {
  name: "database's exchange",
  needs: [TABLES],
  async run({ environment, known: { database, isMigrated } }) {
    if (database === undefined || !isMigrated) return null;
    const owner = await exchangeOf(database.kysely);
    const chosen = environment.HEDGEHOG_EXCHANGE || 'mock';
    if (owner === null) return ok('none yet');
    return owner === chosen
      ? ok(owner)
      : problem(
          `${owner}, and HEDGEHOG_EXCHANGE is ${chosen}: hedgehog start will refuse it`,
          'name another database in HEDGEHOG_DATABASE',
        );
  },
};

/** One Hedgehog runs on a database at a time, on whatever machine. */
export const lockCheck: Check = {
  name: 'running lock',
  needs: [TABLES],
  async run(context) {
    const { database, isMigrated, daemon } = context.known;
    if (database === undefined || !isMigrated) return null;
    context.known.orderIdStarts = await knownOrderIdStarts(database.kysely);
    if (!(await isRunning(database.kysely)))
      return daemon === undefined
        ? ok('free: no Hedgehog runs on this database')
        : warning('the Hedgehog that runs does not hold it at the moment', 'look again; its log says why');
    if (daemon !== undefined) return ok('held by the Hedgehog that runs');
    const holder = await runningHolder(database.kysely);
    return warning(
      `held by ${holder === null ? 'another Hedgehog' : shownHolder(holder)}: none can be started here`,
      'stop that one first, or name another database in HEDGEHOG_DATABASE',
    );
  },
};

export const closeDatabase = async ({ known }: DoctorContext): Promise<void> => known.database?.close();
