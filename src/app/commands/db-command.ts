import { type Command, Option } from 'commander';
import { STAGES } from '../../warehouse/connection.js';

/** The options as given; nothing in them has been looked at yet. Each command takes some of them. */
export interface DbOptions {
  readonly environment?: string;
  readonly exchangeInfo?: string;
  readonly down?: true;
  readonly yes?: true;
  readonly json?: true;
}

const WHERE = `
Which database: DATABASE_URL names one on a server of yours. Without it Hedgehog runs PostgreSQL itself, on a socket that
only you can reach, with its files in HEDGEHOG_DATA_DIR (default: .hedgehog in the working directory). HEDGEHOG_ENV is
development (default), test or production; each has a database of its own there.`;

export function addDbCommand(program: Command): void {
  const db = program.command('db').description('The database: its tables, what is in them, and its server');
  db.addHelpText('after', WHERE);

  command(db, 'setup', 'bring the tables up to date and seed them: all that a new database needs')
    .addOption(exchangeInfo())
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).setup(options));

  command(db, 'migrate', 'bring the tables up to date; makes the database when there is none')
    .option('--down', 'take the last migration back instead, and what is in its tables')
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).migrate(options));

  command(db, 'seed', 'give every symbol default settings, switched off; what is there stays as it is')
    .addOption(exchangeInfo())
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).seed(options));

  command(db, 'reset', 'remove everything, then migrate and seed')
    .option('--yes', 'do not ask')
    .addOption(exchangeInfo())
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).reset(options));

  command(db, 'status', 'show the server, the migrations and what the tables hold')
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addOption(environment())
    .action(async (options: DbOptions) => (await load()).status(options));

  command(db, 'stop', 'stop the server that Hedgehog runs itself, whoever uses it').action(async () =>
    (await load()).stop(),
  );
}

const command = (db: Command, name: string, description: string): Command =>
  db.command(name).description(description).addHelpText('after', WHERE).allowExcessArguments(false);

const environment = (): Option =>
  new Option('--environment <name>', 'instead of what HEDGEHOG_ENV says').choices(STAGES);

const exchangeInfo = (): Option =>
  new Option(
    '--exchange-info <file>',
    "the symbols, in Binance's JSON shape, plain or .gz (default: the bundled ones)",
  );

// Loaded only when it is run, so that help and mistakes are answered at once.
const load = () => import('./db-run.js');
