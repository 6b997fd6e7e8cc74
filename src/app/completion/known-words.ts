import { readFile } from 'node:fs/promises';
import type { ControlClient } from '../../control/client.js';
import { knownPaths, knownSymbols } from '../../control/hedgehog-client.js';
import { inTime } from '../../control/in-time.js';
import type { Clock } from '../../ports/clock.js';
import { LOG_LEVELS } from '../../ports/log.js';
import { STORED_TOPICS } from '../../warehouse/schema.js';

/** What words are of; told by the names of arguments and options. */
export type Kind = 'symbols' | 'topics' | 'paths' | 'levels' | 'settings';

const KINDS: Readonly<Record<string, Kind>> = {
  symbol: 'symbols',
  symbols: 'symbols',
  topic: 'topics',
  path: 'paths',
  level: 'levels',
  assignments: 'settings',
};

export const kindOf = (name: string): Kind | undefined =>
  Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;

const SETTINGS = ['chunks', 'budget', 'buy_down_interval', 'profit_interval', 'rebuy_interval', 'fee'];

export interface WordSource {
  /** Finds the Hedgehog that runs; throws when none does. */
  readonly reach: () => ControlClient;
  readonly clock: Clock;
  /** An exchange info, for symbols when nobody can be asked. */
  readonly exchangeInfo: string;
  /** How long the Hedgehog that runs is waited for: whoever pressed the key waits too. */
  readonly patienceMs: number;
}

/** The words of a kind. Whatever goes wrong, there are some or none. */
export async function wordsOf(kind: Kind, source: WordSource): Promise<readonly string[]> {
  switch (kind) {
    case 'symbols':
      return (await asked(knownSymbols, source)) ?? listedSymbols(source.exchangeInfo);
    case 'paths':
      return (await asked(knownPaths, source)) ?? [];
    case 'topics':
      return STORED_TOPICS;
    case 'levels':
      return LOG_LEVELS;
    case 'settings':
      return SETTINGS.map((key) => `${key}=`);
  }
}

async function asked(
  ask: (hedgehog: ControlClient) => Promise<readonly string[]>,
  { reach, clock, patienceMs }: WordSource,
): Promise<readonly string[] | undefined> {
  try {
    return await inTime(clock, patienceMs, 'Hedgehog', ask(reach()));
  } catch {
    return undefined;
  }
}

async function listedSymbols(exchangeInfo: string): Promise<readonly string[]> {
  const { symbols } = JSON.parse(await readFile(exchangeInfo, 'utf8')) as {
    readonly symbols: readonly { readonly symbol: string }[];
  };
  return symbols.map(({ symbol }) => symbol);
}
