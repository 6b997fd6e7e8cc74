import type { Command } from 'commander';

/** The options as given; nothing in them has been looked at yet. */
export interface DemoCommandOptions {
  readonly speed: string;
  readonly keepRunning?: true;
}

const MORE = `
It starts a simulated Binance in a process of its own, and a Hedgehog that trades XRPUSDT there over real sockets of this
machine: REST, market streams and user data. The trades of others are those of a bundled tape of 20,000, which lasts twenty
seconds at 1,000/s. No account, server or internet is needed, and no money is touched.

Its database is hedgehog_demo, on the server that Hedgehog runs itself (HEDGEHOG_DATA_DIR, default .hedgehog). It is dropped and
made anew at each start, and stays afterwards. No other variable of the environment is looked at.

Ctrl-C ends it at any time, in order, with the summary; a second one ends it at once.

Examples:
  hedgehog demo
  hedgehog demo --speed 200/s --keep-running`;

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
    .addHelpText('after', MORE)
    .allowExcessArguments(false)
    .action(async (options: DemoCommandOptions) => {
      // Loaded only when it is run, so that help and mistakes are answered at once.
      const { demo } = await import('./demo-run.js');
      await demo(options);
    });
}
