import { type Command, Option } from 'commander';
import { STAGES } from '../../warehouse/connection.js';

/** The options as given; nothing in them has been looked at yet. Each command takes some of them. */
export interface DbOptions {
  readonly environment?: string;
  readonly exchangeInfo?: string;
  readonly down?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly force?: true;
  readonly replace?: true;
}

const BACKUP_NOTES = `
All tables, as they were at one moment: a Hedgehog that runs goes on, and is not held up. The file is packed, only its owner may
read it, and it is complete or not there. No key or password is in it, for none is in the database.`;

const RESTORE_NOTES = `
The whole file is checked before anything is changed, and then it is all put in place in one transaction, or nothing is. A backup
of an earlier version is brought up to date. No Hedgehog may run on the database meanwhile.

A restored database makes no client order id again that was used after the backup: ids of new cycles begin otherwise from then on.
A cycle that had an order in the backup looks on the exchange for what became of it, and for the orders that it placed after
the backup, before it places any. Orders of cycles that began after the backup are nobody's: hedgehog start tells of those
that are open, and leaves them alone. Run only one Hedgehog on what was restored from a backup and what it was made of.`;

const WHERE = `
Which database: DATABASE_URL names one on a server of yours. Without it Hedgehog runs PostgreSQL itself, on a socket that
only you can reach, with its files in HEDGEHOG_DATA_DIR (default: .hedgehog in the working directory). HEDGEHOG_ENV is
development (default), test or production; each has a database of its own there.`;

export function addDbCommand(program: Command): void {
  const db = program.command('db').description('The database: its tables, what is in them, and its server');
  db.addHelpText(
    'after',
    `${WHERE}\n${examples('hedgehog db setup', 'hedgehog db status --json', 'hedgehog db reset --environment test')}`,
  );

  command(
    db,
    'setup',
    'bring the tables up to date and seed them: all that a new database needs',
    'hedgehog db setup --exchange-info exchangeInfo.json',
  )
    .addOption(exchangeInfo())
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).setup(options));

  command(
    db,
    'migrate',
    'bring the tables up to date; makes the database when there is none',
    'hedgehog db migrate',
    'hedgehog db migrate --down --json',
  )
    .option(
      '--down',
      'take the last migration back instead, and what is in its tables; not while a Hedgehog runs',
    )
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).migrate(options));

  command(
    db,
    'seed',
    'give every symbol default settings, switched off; what is there stays as it is',
    'hedgehog db seed --exchange-info exchangeInfo.json.gz',
  )
    .addOption(exchangeInfo())
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).seed(options));

  command(
    db,
    'reset',
    'remove everything, then migrate and seed; not while a Hedgehog runs',
    'hedgehog db reset',
    'hedgehog db reset --yes --environment test',
  )
    .option('--yes', 'do not ask')
    .addOption(exchangeInfo())
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).reset(options));

  command(
    db,
    'status',
    'show the server, the migrations and what the tables hold',
    'hedgehog db status',
    'hedgehog db status --json | jq .content.tables',
  )
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).status(options));

  command(
    db,
    'backup',
    'write everything that the database holds into one file',
    'hedgehog db backup hedgehog-2026-07-01.backup',
    'HEDGEHOG_ENV=production hedgehog db backup /backups/now.backup --force --json',
  )
    .argument('<file>', 'the file to write')
    .option('--force', 'replace the file when it is there already')
    .addOption(environment())
    .addHelpText('after', BACKUP_NOTES)
    .action(async (file: string, options: DbOptions) => (await loadBackup()).backup(file, options));

  command(
    db,
    'restore',
    'make the database what it was when a backup was taken',
    'HEDGEHOG_DATABASE=hedgehog_again hedgehog db restore hedgehog-2026-07-01.backup',
    'hedgehog db restore hedgehog-2026-07-01.backup --replace',
  )
    .argument('<file>', 'what db backup has written')
    .option('--replace', 'in place of what the database holds; asks first')
    .option('--yes', 'do not ask')
    .addOption(environment())
    .addHelpText('after', RESTORE_NOTES)
    .action(async (file: string, options: DbOptions) => (await loadBackup()).restoreBackup(file, options));

  command(
    db,
    'stop',
    'stop the server that Hedgehog runs itself, whoever uses it',
    'hedgehog db stop',
  ).action(async (options: DbOptions) => (await load()).stop(options));
}

const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`.trimStart();

/** @param of a line for each example */
const command = (db: Command, name: string, description: string, ...of: readonly string[]): Command =>
  db
    .command(name)
    .description(description)
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addHelpText('after', `${WHERE}\n\n${examples(...of)}`)
    .allowExcessArguments(false);

const environment = (): Option =>
  new Option('--environment <name>', 'instead of what HEDGEHOG_ENV says').choices(STAGES);

const exchangeInfo = (): Option =>
  new Option(
    '--exchange-info <file>',
    "the symbols, in Binance's JSON shape, plain or .gz (default: the bundled ones)",
  );

// Loaded only when it is run, so that help and mistakes are answered at once.
const load = () => import('./db-run.js');
const loadBackup = () => import('./db-backup-run.js');
