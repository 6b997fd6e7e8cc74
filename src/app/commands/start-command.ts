import type { Command } from 'commander';

const ENVIRONMENT = `
Environment:
  HEDGEHOG_ENV            development (default), test or production: each has a database of its own
  HEDGEHOG_DATA_DIR       where Hedgehog's own database server keeps its files (default: .hedgehog)
  DATABASE_URL            a database on a server of yours, instead: postgres://user:password@host:5432/database
  HEDGEHOG_EXCHANGE       mock (default): an exchange in the process, whose orders are kept in the database
  HEDGEHOG_EXCHANGE_INFO  the symbols' rules, in Binance's JSON shape, plain or .gz (default: the bundled ones)
  HEDGEHOG_TAPE           what is streamed: FILE[,FILE...]; SYMBOL=FILE for a file that does not name its symbol
  HEDGEHOG_TAPES_FOLDER   a folder of tapes, instead; the symbol is in the file or starts its name
  HEDGEHOG_TAPE_PACE      50/s: trades a second; 20ms: between trades; x10: ten times as recorded (default: x1)
  HEDGEHOG_TAPE_LOOP      on: at the end of a tape begin again, with ids and times that go on (default: off)
  HEDGEHOG_CONTROL_PORT   where the local API listens, on 127.0.0.1: a port, or 0 for any (default: 7749)
  HEDGEHOG_CONTROL_HOST   another address; what is not of this machine alone needs HEDGEHOG_CONTROL_INSECURE=yes
  HEDGEHOG_LOG_LEVEL      error, warn, info (default) or debug

What is on starts by itself. hedgehog streaming, trading, storing and settings change what is wanted, from any other
terminal, and it is followed at once.

SIGINT and SIGTERM stop everything in order: what was heard is stored, orders stay where they are. A second one ends at once.`;

/** `hedgehog start`. */
export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('Run Hedgehog in the foreground: stream, trade and store what is on')
    .addHelpText('after', ENVIRONMENT)
    .allowExcessArguments(false)
    .action(async () => {
      // Loaded only when it is run, so that help and mistakes are answered at once.
      const { start } = await import('./start-run.js');
      await start();
    });
}
