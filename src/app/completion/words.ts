import type { Argument, Command, Option } from 'commander';

/** The command that the words before the last lead to; options and what follows them may stand between. */
export function commandAt(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words.slice(0, -1)) {
    if (word.startsWith('-')) continue;
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (next !== undefined) command = next;
  }
  return command;
}

const FILE = /<(?:file|folder|directory)(?:\.\.\.)?>/;
const FILE_ARGUMENT = /^(?:file|folder|directory)s?$/;

/** Whether the last word is to be the path of a file: the shell completes those by itself. */
export function takesFile(program: Command, words: readonly string[]): boolean {
  const command = commandAt(program, words);
  const last = words.at(-1) ?? '';
  const given = optionOf(
    command,
    last.includes('=') ? last.slice(0, last.indexOf('=')) : (words.at(-2) ?? ''),
  );
  if (last.startsWith('-')) return last.includes('=') && given !== undefined && FILE.test(given.flags);
  if (given !== undefined && (given.required || given.optional)) return FILE.test(given.flags);
  return command.registeredArguments.some((argument: Argument) => FILE_ARGUMENT.test(argument.name()));
}

const optionOf = (command: Command, word: string): Option | undefined =>
  command.options.find(({ long, short }) => word !== '' && (word === long || word === short));
