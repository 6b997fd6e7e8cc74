import { STORED_TOPICS } from '../../warehouse/schema.js';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName, type Taken } from './functions.js';

/** What can be had of the Hedgehog that runs, to be completed with. */
export interface Completable {
  readonly symbols: () => Promise<readonly string[]>;
  readonly paths: () => Promise<readonly string[]>;
}

/** What fits, and the end of the line that it takes the place of. */
export type Completed = readonly [fitting: readonly string[], replaced: string];

const NAME_BEGUN = /\bhedgehog\.(\w*)$/;
/** A call that is open, with a text in it that is open too. */
const TEXT_BEGUN = /\bhedgehog\.(\w+)\(((?:[^()'"`]|'[^']*'|"[^"]*"|`[^`]*`)*)(['"`])([^'"`]*)$/;

/** What a line of the console may go on with; null where that is the language's affair. */
export async function completed(line: string, known: Completable): Promise<Completed | null> {
  const [, name] = NAME_BEGUN.exec(line) ?? [];
  if (name !== undefined) return fitting(FUNCTION_NAMES, name);
  const [, called, before, quote, begun] = TEXT_BEGUN.exec(line) ?? [];
  if (called === undefined || before === undefined || quote === undefined || begun === undefined) return null;
  if (!Object.hasOwn(FUNCTIONS, called)) return null;
  const { takes = [] } = FUNCTIONS[called as FunctionName];
  const place = before.split(',').length - 1;
  const words = await wordsFor(takes[place] ?? takes.at(-1) ?? 'anything', known);
  return fitting(words, begun);
}

const fitting = (words: readonly string[], begun: string): Completed => [
  words.filter((word) => word.startsWith(begun)),
  begun,
];

async function wordsFor(taken: Taken, { symbols, paths }: Completable): Promise<readonly string[]> {
  switch (taken) {
    case 'symbol':
      return symbols();
    case 'topic':
      return STORED_TOPICS;
    case 'path':
      return paths();
    case 'anything':
      return [];
  }
}
