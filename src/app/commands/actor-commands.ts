import type { Command } from 'commander';
import { JSON_OPTION, WHERE } from './asked-options.js';

/** `hedgehog inspect` and `hedgehog kill`. */
export function addActorCommands(program: Command): void {
  addInspect(program);
  addKill(program);
}

function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('Show the actors of the Hedgehog that runs, or one of them')
    .argument(
      '[path]',
      'the path of an actor, its name, or a part of it that is in no other: all that is known of that one',
    )
    .option('--watch', 'show it again every second until Ctrl-C, also when Hedgehog ends and comes back')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `\nExamples:
  hedgehog inspect
  hedgehog inspect --watch
  hedgehog inspect 'Leader XRPUSDT'
  hedgehog inspect 'Trader 12' --watch
  hedgehog inspect Hedgehog/PubSub --json | jq .lastRestarts
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (path: string | undefined, options: { watch?: true; json?: true }) =>
      (await import('./inspect-run.js')).inspect(path, options),
    );
}

function addKill(program: Command): void {
  program
    .command('kill')
    .description('Have an actor of the Hedgehog that runs crash, and see it recover')
    .argument('<path>', 'the path of the actor, or its name, as hedgehog inspect shows it')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `
It waits up to 5 seconds for what its supervisor starts again, and ends with 1 when something is not back.

Examples:
  hedgehog kill 'Leader XRPUSDT'
  hedgehog kill Hedgehog/PubSub
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (path: string, options: { json?: true }) =>
      (await import('./kill-run.js')).kill(path, options.json === true),
    );
}
