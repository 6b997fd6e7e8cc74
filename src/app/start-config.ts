import { z } from 'zod';
import { type ControlConfig, readControlConfig } from '../control/control-config.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { readExchangeInfo } from '../exchange/exchange-info.js';
import { InputError, quoted } from '../platform/input-error.js';
import { REPORT_INPUT, shapeProblems } from '../platform/shape-problems.js';
import { LOG_LEVELS, type LogLevel } from '../ports/log.js';
import { type Pace, parsePace } from '../streaming/pace.js';
import { type Environment, stageOf, targetOf } from '../warehouse/connection.js';
import { BUNDLED_EXCHANGE_INFO } from './project-files.js';
import { givenTapes, type Tapes, tapesBySymbol, tapesIn } from './tapes.js';

/** What `hedgehog start` is told by the environment. */
export interface StartConfig {
  readonly logLevel: LogLevel;
  readonly pace: Pace;
  readonly loops: boolean;
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  readonly tapes: Tapes;
  readonly control: ControlConfig;
}

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, values.join(', '));

const schema = z.object({
  HEDGEHOG_EXCHANGE: oneOf(['mock']).default('mock'),
  HEDGEHOG_LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
  HEDGEHOG_TAPE_PACE: z.string().default('x1'),
  HEDGEHOG_TAPE_LOOP: oneOf(['on', 'off']).default('off'),
  HEDGEHOG_EXCHANGE_INFO: z.string().default(BUNDLED_EXCHANGE_INFO),
  HEDGEHOG_TAPE: z.string().optional(),
  HEDGEHOG_TAPES_FOLDER: z.string().optional(),
});

/**
 * Reads the environment and the files that it names. A variable that is empty counts as one that is not set.
 *
 * @throws InputError that tells of everything that is wrong, each with the variable, what it is and what is allowed
 */
export async function readStartConfig(environment: Environment): Promise<StartConfig> {
  const problems: string[] = [];
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
  const control = await attempt(null, () => readControlConfig(environment));
  const pace = await attempt(null, () => paceOf(given.HEDGEHOG_TAPE_PACE ?? 'x1'));
  const symbols = await attempt('HEDGEHOG_EXCHANGE_INFO', () =>
    readExchangeInfo(given.HEDGEHOG_EXCHANGE_INFO ?? BUNDLED_EXCHANGE_INFO),
  );
  const tapes = symbols && (await readTapes(given, symbols, attempt));
  if (!parsed.success || !pace || !symbols || !control || problems.length > 0) {
    throw new InputError(`the environment cannot be used:\n  ${problems.join('\n  ')}`);
  }
  const { HEDGEHOG_LOG_LEVEL: logLevel, HEDGEHOG_TAPE_LOOP: loop } = parsed.data;
  return { logLevel, pace, loops: loop === 'on', symbols, tapes: tapes ?? new Map(), control };
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
