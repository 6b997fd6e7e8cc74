import type { Command } from 'commander';

/** The options as given; nothing in them has been looked at yet. */
export interface PublishOptions {
  readonly symbol: string;
  readonly from: string;
  readonly to: string;
  readonly intervalMs: string;
  readonly json?: true;
}

const EXAMPLES = `
The Hedgehog that runs on the same database publishes them, as if they came from the exchange: what is traded trades on them,
and what is stored stays as it is. The command waits until they are published.

Examples:
  hedgehog publish --symbol XRPUSDT --from 2019-06-01 --to 2019-06-02
  hedgehog publish --symbol XRPUSDT --from 2019-06-01T12:00:00Z --to 2019-06-01T12:59:59.999Z --interval-ms 10 --json`;

/** `hedgehog publish`. */
export function addPublishCommand(program: Command): void {
  program
    .command('publish')
    .description('Publish stored trades into the Hedgehog that runs')
    .requiredOption('--symbol <symbol>', 'whose trades, as the exchange writes it: XRPUSDT')
    .requiredOption('--from <time>', 'a UTC day, or an instant such as 2019-06-01T12:00:00Z')
    .requiredOption('--to <time>', 'the same; the end belongs to the period')
    .option('--interval-ms <number>', 'milliseconds between two trades; 0: as fast as they are taken', '0')
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .action(async (options: PublishOptions) => {
      // Loaded only when it is run, so that help and mistakes are answered at once.
      const { publishCommand } = await import('./publish-run.js');
      await publishCommand(options);
    });
}
