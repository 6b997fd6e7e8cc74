import { type Command, Option } from 'commander';
import { ShowRequests } from '../../platform/signals.js';
import { EXCHANGES } from '../exchange-names.js';

/** The options as given. */
export interface StartOptions {
  readonly exchange?: string;
}

const ENVIRONMENT = `
All of this can stand in a configuration file, beneath the environment: hedgehog config --help. What is wrong in either is
told at once, with variables that are unknown.

Environment:
  HEDGEHOG_ENV            development (default), test or production: each has a database of its own
  HEDGEHOG_DATA_DIR       where Hedgehog's own database server keeps its files (default: .hedgehog)
  HEDGEHOG_DATABASE       another database there; each exchange needs one of its own
  DATABASE_URL            a database on a server of yours, instead: postgres://user:password@host:5432/database
  HEDGEHOG_CONTROL_PORT   where the local API listens, on 127.0.0.1: a port, or 0 for any (default: 7749)
  HEDGEHOG_CONTROL_HOST   another address; what is not of this machine alone needs HEDGEHOG_CONTROL_INSECURE=yes
  HEDGEHOG_LOG_LEVEL      error, warn, info (default) or debug; by part: info,trading=debug,streaming=warn
  HEDGEHOG_LOG_DIR        where log files are kept, as lines of JSON, besides what is printed; or off
                          (default: logs/ and the name of the database, in HEDGEHOG_DATA_DIR)
  HEDGEHOG_LOG_MAX_SIZE   each day has a new file, and one that grows to this is followed by another (default: 20m)
  HEDGEHOG_LOG_MAX_FILES  so many are kept (default: 14)
  NO_COLOR                anything: no colours on a terminal
  HEDGEHOG_KEEP_TRADES    how long stored trades are kept, by trade time: 30d, 12h (default: for ever)
  HEDGEHOG_EXCHANGE       mock (default): an exchange in the process, whose orders are kept in the database;
                          simulator: what hedgehog simulator runs; binance-demo, binance-testnet: play money, with keys;
                          binance: real money, with keys and HEDGEHOG_LIVE

With mock:
  HEDGEHOG_EXCHANGE_INFO  the symbols' rules, in Binance's JSON shape, plain or .gz (default: the bundled ones)
  HEDGEHOG_TAPE           what is streamed: FILE[,FILE...]; SYMBOL=FILE for a file that does not name its symbol
  HEDGEHOG_TAPES_FOLDER   a folder of tapes, instead; the symbol is in the file or starts its name
  HEDGEHOG_TAPE_PACE      50/s: trades a second; 20ms: between trades; x10: ten times as recorded (default: x1)
  HEDGEHOG_TAPE_LOOP      on: at the end of a tape begin again, with ids and times that go on (default: off)
  HEDGEHOG_FILL_MODEL     book (default): whole, when a trade prints through the price; tape: as much as was traded there

With the others:
  HEDGEHOG_SIMULATOR_URL  where the simulator listens (default: http://127.0.0.1:8080)
  HEDGEHOG_REST_URL, HEDGEHOG_STREAMS_URL, HEDGEHOG_WS_API_URL
                          in place of an exchange's own; a host that is not known for play money counts as real money
  HEDGEHOG_API_KEY        with HEDGEHOG_API_SECRET, or with HEDGEHOG_API_PRIVATE_KEY_FILE (a PEM: Ed25519 or RSA); the
                          simulator's demo account needs none
  HEDGEHOG_API_SECRET_FILE
                          a JSON file instead: {"apiKey": "...", "secret": "..."} or "privateKey"; files have mode 0600
  HEDGEHOG_LIVE           yes: orders may cost real money

What is on starts by itself. hedgehog streaming, trading, storing and settings change what is wanted, from any other
terminal, and it is followed at once.

SIGINT and SIGTERM stop everything in order, within 35 seconds: what was heard is stored, orders stay where they are. A second
one ends at once, with 130 or 143. One Hedgehog runs on a database, and one of a machine on an exchange's account.
SIGUSR2 writes all actors and their state into the log.

Examples:
  hedgehog start
  HEDGEHOG_TAPE=tape.csv.gz HEDGEHOG_TAPE_PACE=50/s hedgehog start
  hedgehog start --exchange simulator
  hedgehog start --config /etc/hedgehog/hedgehog.config.json`;

/** `hedgehog start`. */
export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('Run Hedgehog in the foreground: stream, trade and store what is on')
    .addOption(new Option('--exchange <name>', 'instead of what HEDGEHOG_EXCHANGE says').choices(EXCHANGES))
    .addHelpText('after', ENVIRONMENT)
    .allowExcessArguments(false)
    .action(async (options: StartOptions) => {
      const showRequests = new ShowRequests();
      // Loaded only when it is run, so that help and mistakes are answered at once.
      const { start } = await import('./start-run.js');
      await start(options, showRequests);
    });
}
