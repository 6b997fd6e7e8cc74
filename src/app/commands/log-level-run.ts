import { InputError, quoted } from '../../platform/input-error.js';
import type { LevelsByPart } from '../../platform/logging/log-levels.js';
import { LOG_LEVELS, LOG_PARTS, type LogLevel, type LogPart } from '../../ports/log.js';
import { hedgehogToAsk } from './running-hedgehog.js';
import { say } from './say.js';

interface Answer {
  readonly levels: LevelsByPart;
}

const PATH = '/v1/log-levels';
const ALL = 'all';

export async function logLevel(
  givenPart: string | undefined,
  givenLevel: string | undefined,
  { json }: { readonly json?: true },
): Promise<void> {
  const part = givenPart === undefined ? ALL : partIn(givenPart);
  const level = givenLevel === undefined ? undefined : levelIn(givenLevel);
  const { levels } =
    level === undefined
      ? await hedgehogToAsk('read').get<Answer>(PATH)
      : await hedgehogToAsk('full').put<Answer>(PATH, { ...(part === ALL ? {} : { part }), level });
  const shown = part === ALL ? levels : { [part]: levels[part] };
  if (json) return say(JSON.stringify(shown));
  for (const [name, each] of Object.entries(shown)) say(`${name.padEnd(12)}${each}`);
  if (level !== undefined)
    say('until this Hedgehog ends; HEDGEHOG_LOG_LEVEL says what the next one begins with');
}

function partIn(given: string): LogPart | typeof ALL {
  const part = [ALL, ...LOG_PARTS].find((known) => known === given);
  if (part !== undefined) return part as LogPart | typeof ALL;
  throw new InputError(`the part is ${quoted(given)}; allowed is ${ALL}, ${LOG_PARTS.join(', ')}`);
}

function levelIn(given: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === given);
  if (level !== undefined) return level;
  throw new InputError(`the level is ${quoted(given)}; allowed is ${LOG_LEVELS.join(', ')}`);
}
