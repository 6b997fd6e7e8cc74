import { type RootCommand, script } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { bashScript } from '../completion/bash-script.js';
import { type Kind, kindOf, wordsOf } from '../completion/known-words.js';
import { commandAt, takesFile } from '../completion/words.js';
import { BUNDLED_EXCHANGE_INFO, CLI_FILE } from '../project-files.js';
import type { Shell } from './completion-command.js';
import { hedgehogToAsk } from './running-hedgehog.js';

const NAME = 'hedgehog';
const PATIENCE_MS = 300;
/** The shell is to complete a file. */
const FILES = ':0';

export function printScript(shell: Shell): void {
  const quote = shell === 'powershell' ? "''" : "'\\''";
  // Node and this very file, so that it takes neither the PATH nor npx, which is slow.
  const run = [process.execPath, CLI_FILE].map((path) => `'${path.replaceAll("'", quote)}'`).join(' ');
  if (shell === 'bash') process.stdout.write(bashScript(NAME, run));
  else script(shell, NAME, run);
}

/** Prints what the last word may be, as the scripts read it. Prints nothing when it cannot: a key was pressed, no command given. */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  const known = withoutOurs(program);
  if (takesFile(known, words)) {
    process.stdout.write(`${FILES}\n`);
    return;
  }
  try {
    const root = tab(known, { completionCommandName: 'completion' });
    await stayAlive(() => giveWords(root, commandAt(known, words)));
    root.parse([...words]);
  } catch {
    // A message would stand in the middle of the line that is being typed.
  }
}

/** The adapter adds its own. */
function withoutOurs(program: Command): Command {
  const known = program.createCommand(NAME);
  for (const option of program.options) known.addOption(option);
  for (const command of program.commands)
    if (!['completion', 'complete'].includes(command.name())) known.addCommand(command);
  return known;
}

/** Lets the arguments and options know their words: those of the command that is typed, as others are not asked for. */
async function giveWords(root: RootCommand, typed: Command): Promise<void> {
  const names = [
    ...typed.registeredArguments.map((argument) => argument.name()),
    ...typed.options.map((option) => option.attributeName()),
  ];
  const kinds = new Set(names.map(kindOf).filter((kind) => kind !== undefined));
  const source = {
    reach: () => hedgehogToAsk('read'),
    clock: systemClock,
    exchangeInfo: BUNDLED_EXCHANGE_INFO,
    patienceMs: PATIENCE_MS,
  };
  const words = new Map<Kind, readonly string[]>();
  await Promise.all([...kinds].map(async (kind) => words.set(kind, await wordsOf(kind, source))));
  const commands = [...root.commands.keys()].filter((name) => name !== '' && !name.includes(' '));
  for (const [path, command] of root.commands) {
    for (const [name, taker] of [...command.arguments, ...command.options]) {
      const kind = kindOf(name);
      const given = path === 'help' ? commands : kind && words.get(kind);
      if (given === undefined || ('isBoolean' in taker && taker.isBoolean)) continue;
      taker.handler = (tell) => {
        for (const word of given) tell(word, '');
      };
    }
  }
}
