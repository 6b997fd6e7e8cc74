import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';

const FOLDER = new URL('../../../src/app/commands/', import.meta.url);

/** What shells ask, and nobody types. */
const HIDDEN = 'complete';

/** Every command that there is, put together from the files that say so. */
async function allCommands(): Promise<readonly Command[]> {
  const program = new Command('hedgehog');
  for (const file of readdirSync(FOLDER).filter((name) => /-commands?\.ts$/.test(name))) {
    const exported = (await import(new URL(file, FOLDER).href)) as Record<string, unknown>;
    for (const [name, add] of Object.entries(exported))
      if (/^add\w+Commands?$/.test(name)) (add as (program: Command) => void)(program);
  }
  return withUnder(program)
    .slice(1)
    .filter((command) => command.name() !== HIDDEN);
}

const withUnder = (command: Command): Command[] => [command, ...command.commands.flatMap(withUnder)];

const nameOf = (command: Command): string =>
  command.parent === null || command.parent.parent === null
    ? command.name()
    : `${nameOf(command.parent)} ${command.name()}`;

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

/** They run until they are told to end, or print what is no fact of anything. */
const WITHOUT_JSON = /^(start|demo|console|completion|config schema)\b/;

describe('the commands', () => {
  it('are found', async () => {
    expect((await allCommands()).map(nameOf)).toEqual(
      expect.arrayContaining(['start', 'trading shutdown', 'order cancel', 'settings set', 'db reset']),
    );
  });

  it('explain themselves with examples of themselves', async () => {
    for (const command of await allCommands()) {
      const [, examples = ''] = helpOf(command).split('\nExamples:\n');
      expect([nameOf(command), examples.includes(`hedgehog ${nameOf(command)}`)]).toEqual([
        nameOf(command),
        true,
      ]);
    }
  });

  it('print JSON on request, those that tell facts', async () => {
    const without = (await allCommands())
      .filter(({ commands }) => commands.length === 0)
      .filter((command) => !command.options.some(({ long }) => long === '--json'))
      .map(nameOf)
      .filter((name) => !WITHOUT_JSON.test(name));
    expect(without).toEqual([]);
  });
});
