import { Argument, type Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** `hedgehog completion`, and `hedgehog complete`, which the scripts call. After all other commands. */
export function addCompletionCommands(program: Command): void {
  program
    .command('completion')
    .description('Print a script that has a shell complete commands, options, symbols and actors')
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .addHelpText(
      'after',
      `
It completes the command hedgehog, by that name; where it is run by npx, alias hedgehog='npx hedgehog' gives it that name.
Symbols and actors are those of the Hedgehog that runs on the same database.

Examples:
  source <(hedgehog completion bash)               # in ~/.bashrc
  source <(hedgehog completion zsh)                # in ~/.zshrc, after compinit
  hedgehog completion fish | source                # in ~/.config/fish/config.fish
  hedgehog completion powershell | Out-String | Invoke-Expression`,
    )
    .allowExcessArguments(false)
    .action(async (shell: Shell) => (await import('./completion-run.js')).printScript(shell));
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(async () => (await import('./completion-run.js')).complete(program, wordsAfter(process.argv)));
}

/** As they were typed: what looks like an option among them is none of ours. */
const wordsAfter = (argv: readonly string[]): readonly string[] =>
  argv.includes('--') ? argv.slice(argv.indexOf('--') + 1) : [''];
