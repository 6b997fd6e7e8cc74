import { z } from 'zod';
import { type ControlConfig, readControlConfig } from '../control/control-config.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { readExchangeInfo } from '../exchange/exchange-info.js';
import { FILL_MODELS, type FillModel } from '../exchange/mock/fill-model.js';
import { InputError, quoted } from '../platform/input-error.js';
import { REPORT_INPUT, shapeProblems } from '../platform/shape-problems.js';
import { type Pace, parsePace } from '../streaming/pace.js';
import { type Environment, stageOf, targetOf } from '../warehouse/connection.js';
import { type RetentionConfig, readRetentionConfig } from '../warehouse/retention-config.js';
import { chooseExchange, type RemoteExchange } from './exchange-choice.js';
import { type LogConfig, readLogConfig } from './log-config.js';
import { BUNDLED_EXCHANGE_INFO } from './project-files.js';
import { givenTapes, type Tapes, tapesBySymbol, tapesIn } from './tapes.js';

/** The exchange in the process, and the trades that it is shown. */
export interface MockMarket {
  readonly kind: 'mock';
  readonly name: 'mock';
  readonly fillModel: FillModel;
  readonly pace: Pace;
  readonly loops: boolean;
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  readonly tapes: Tapes;
}

/** What `hedgehog start` is told by its configuration. */
export interface StartConfig {
  readonly logs: LogConfig;
  readonly exchange: MockMarket | RemoteExchange;
  readonly control: ControlConfig;
  readonly retention: RetentionConfig;
}

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, values.join(', '));

const schema = z.object({
  HEDGEHOG_FILL_MODEL: oneOf(FILL_MODELS).default('book'),
  HEDGEHOG_TAPE_PACE: z.string().default('x1'),
  HEDGEHOG_TAPE_LOOP: oneOf(['on', 'off']).default('off'),
  HEDGEHOG_EXCHANGE_INFO: z.string().default(BUNDLED_EXCHANGE_INFO),
  HEDGEHOG_TAPE: z.string().optional(),
  HEDGEHOG_TAPES_FOLDER: z.string().optional(),
});

/**
 * Reads the environment and the files that it names. A variable that is empty counts as one that is not set.
 *
 * @param found what is known to be wrong already, which is told with the rest
 * @throws InputError that tells of everything that is wrong, each with the variable, what it is and what is allowed
 */
export async function readStartConfig(
  environment: Environment,
  found: readonly string[] = [],
): Promise<StartConfig> {
  const problems: string[] = [...found];
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  const attempt = async <T>(key: string | null, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(key === null ? error.message : `${key} is ${quoted(given[key] ?? '')}: ${error.message}`);
      return undefined;
    }
  };
  const parsed = schema.safeParse(given, REPORT_INPUT);
  if (!parsed.success) problems.push(...shapeProblems(parsed.error));
  await attempt(null, () => stageOf(environment));
  // A wrong stage has been told of.
  await attempt(null, () => targetOf({ ...environment, HEDGEHOG_ENV: 'test' }));
  const logs = await attempt(null, () => readLogConfig(environment));
  const control = await attempt(null, () => readControlConfig(environment));
  const retention = await attempt(null, () => readRetentionConfig(environment));
  const choice = await attempt(null, () => chooseExchange(environment));
  const market =
    choice?.kind === 'remote' ? await refuseMockVariables(given, attempt) : await readMarket(given, attempt);
  if (!parsed.success || !choice || !logs || !control || !retention || problems.length > 0) {
    throw new InputError(`the configuration cannot be used:\n  ${problems.join('\n  ')}`);
  }
  const { HEDGEHOG_TAPE_LOOP: loop, HEDGEHOG_FILL_MODEL: fillModel } = parsed.data;
  if (choice.kind === 'remote') return { logs, exchange: choice, control, retention };
  if (market === undefined) throw new Error('a market that could not be read told no problem');
  return {
    logs,
    exchange: { ...choice, ...market, fillModel, loops: loop === 'on' },
    ...{ control, retention },
  };
}

/** What is said of the exchange in the process and means nothing on another one. */
const OF_MOCK = [
  'HEDGEHOG_TAPE',
  'HEDGEHOG_TAPES_FOLDER',
  'HEDGEHOG_TAPE_PACE',
  'HEDGEHOG_TAPE_LOOP',
  'HEDGEHOG_EXCHANGE_INFO',
  'HEDGEHOG_FILL_MODEL',
] as const;

async function refuseMockVariables(given: Environment, attempt: Attempt): Promise<undefined> {
  for (const variable of OF_MOCK) {
    if (given[variable] === undefined) continue;
    await attempt(variable, () => {
      throw new InputError(
        `it is for the exchange mock, and HEDGEHOG_EXCHANGE is ${quoted(given.HEDGEHOG_EXCHANGE ?? '')}`,
      );
    });
  }
  return undefined;
}

async function readMarket(
  given: Environment,
  attempt: Attempt,
): Promise<Pick<MockMarket, 'pace' | 'symbols' | 'tapes'> | undefined> {
  const pace = await attempt(null, () => paceOf(given.HEDGEHOG_TAPE_PACE ?? 'x1'));
  const symbols = await attempt('HEDGEHOG_EXCHANGE_INFO', () =>
    readExchangeInfo(given.HEDGEHOG_EXCHANGE_INFO ?? BUNDLED_EXCHANGE_INFO),
  );
  const tapes = symbols && (await readTapes(given, symbols, attempt));
  return pace && symbols && tapes && { pace, symbols, tapes };
}

type Attempt = <T>(key: string | null, work: () => T | Promise<T>) => Promise<T | undefined>;

async function readTapes(
  { HEDGEHOG_TAPE: tape, HEDGEHOG_TAPES_FOLDER: folder }: Environment,
  symbols: ReadonlyMap<string, SymbolInfo>,
  attempt: Attempt,
): Promise<Tapes | undefined> {
  if (tape !== undefined && folder !== undefined) {
    await attempt('HEDGEHOG_TAPE', () => {
      throw new InputError(`HEDGEHOG_TAPES_FOLDER is ${quoted(folder)} as well; allowed is one of the two`);
    });
    return undefined;
  }
  if (tape !== undefined) return attempt('HEDGEHOG_TAPE', () => tapesBySymbol(givenTapes(tape), symbols));
  if (folder === undefined) return new Map();
  return attempt('HEDGEHOG_TAPES_FOLDER', async () => tapesBySymbol(await tapesIn(folder), symbols));
}

function paceOf(text: string): Pace {
  try {
    return parsePace(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`HEDGEHOG_TAPE_PACE is ${error.message}`);
  }
}
