import type { Command } from 'commander';
import { Ending } from '../ending.js';

/** The options as given; nothing in them has been looked at yet. */
export interface DemoCommandOptions {
  readonly speed: string;
  readonly keepRunning?: true;
  readonly plain?: boolean;
  readonly color: boolean;
}

const MORE = `
It starts a simulated Binance in a process of its own, and a Hedgehog that trades three symbols there over real sockets of this
machine: REST, market streams and user data. XRPUSDT trades as a bundled tape of 20,000 trades does, which lasts twenty seconds
at 1,000/s; the markets of DOGEUSDT and SOLUSDT are made up, always the same. In the middle one of the traders is killed, and
comes back with its order. No account, server or internet is needed, and no money is touched.

On a terminal it draws how it stands, and what is drawn is gone at the end; where there is none, or CI is set, it prints a line
for each event. REALISED is the profit of closed cycles after commission; MARKED counts what is held as well, at the last price.

Its database is hedgehog_demo, on the server that Hedgehog runs itself (HEDGEHOG_DATA_DIR, default .hedgehog). It is dropped and
made anew at each start, and stays afterwards. No other variable of the environment that is Hedgehog's is looked at.

Ctrl-C ends it at any time, in order, with the summary; a second one ends it at once.

Examples:
  hedgehog demo
  hedgehog demo --plain --speed 200/s
  hedgehog demo --keep-running`;

/** `hedgehog demo`. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('Show it all: trade on a simulated Binance, on this machine, for twenty seconds')
    .option(
      '--speed <pace>',
      'of the market: 1000/s, 20ms between trades, or x10 for ten times as recorded',
      '1000/s',
    )
    .option('--keep-running', 'at the end of the tape begin again, until Ctrl-C')
    .option('--plain', 'lines, also on a terminal')
    .option('--no-color', 'no colours; nor with NO_COLOR')
    .addHelpText('after', MORE)
    .allowExcessArguments(false)
    .action(async (options: DemoCommandOptions) => {
      // Before anything else, for loading takes a while on a busy machine.
      const ending = new Ending({ error: (message) => process.stderr.write(`hedgehog: ${message}\n`) });
      try {
        // Loaded only when it is run, so that help and mistakes are answered at once.
        const { demo } = await import('./demo-run.js');
        await demo(options, ending);
      } finally {
        ending.forget();
      }
    });
}
