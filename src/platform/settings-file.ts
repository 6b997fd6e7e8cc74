import { z } from 'zod';
import { Decimal, ONE, parseDecimal, ZERO } from '../domain/decimal.js';
import { DEFAULT_SETTINGS, type Settings } from '../domain/settings.js';
import { InputError } from './input-error.js';
import { readJson } from './input-file.js';
import { REPORT_INPUT, shapeProblems } from './shape-problems.js';

/**
 * The decimal that a setting stands for; undefined when it is none. A fraction in JSON is exact up to 15 digits; one with
 * more may have lost some before we see it, so it must be written as a string.
 */
function decimalOf(given: unknown): Decimal | undefined {
  if (typeof given === 'number' && Number.isFinite(given)) {
    const value = new Decimal(String(given));
    return Number.isSafeInteger(given) || value.c.length <= 15 ? signedDecimal(value.toFixed()) : undefined;
  }
  return typeof given === 'string' ? signedDecimal(given) : undefined;
}

function signedDecimal(text: string): Decimal | undefined {
  return text.startsWith('-') ? parseDecimal(text.slice(1))?.neg() : parseDecimal(text);
}

// big.js keeps the sign of "-0", so a zero with a minus sign is told apart: it is allowed only where negatives are.
const isUnsigned = (value: Decimal): boolean => value.s === 1;

function setting(allowed: string, isAllowed: (value: Decimal) => boolean) {
  return z.unknown().transform((given, context): Decimal => {
    const value = decimalOf(given);
    if (value !== undefined && isAllowed(value)) return value;
    const hint =
      typeof given === 'number' && value === undefined ? ' (a string when it has more than 15 digits)' : '';
    context.issues.push({ code: 'custom', message: allowed + hint, input: given });
    return z.NEVER;
  });
}

const fraction = setting(
  'a decimal from 0 to below 1, such as 0.001 or "0.001"',
  (value) => isUnsigned(value) && value.lt(ONE),
);

const MOST_CHUNKS = new Decimal(String(Number.MAX_SAFE_INTEGER));

const settingsSchema = z
  .strictObject(
    {
      chunks: setting(
        'a whole number from 1',
        (value) => value.gte(ONE) && value.lte(MOST_CHUNKS) && value.mod(ONE).eq(ZERO),
      )
        .transform((value) => Number(value.toFixed()))
        .default(DEFAULT_SETTINGS.chunks),
      budget: setting('a decimal above 0, such as 1000 or "99.5"', (value) => value.gt(ZERO)).default(
        () => DEFAULT_SETTINGS.budget,
      ),
      buy_down_interval: fraction.default(() => DEFAULT_SETTINGS.buyDownInterval),
      profit_interval: setting('a decimal above -1, such as -0.0012 or "0.01"', (value) =>
        value.gt(ONE.neg()),
      ).default(() => DEFAULT_SETTINGS.profitInterval),
      rebuy_interval: fraction.default(() => DEFAULT_SETTINGS.rebuyInterval),
      fee: fraction.default(() => DEFAULT_SETTINGS.fee),
    },
    {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? 'allowed are chunks, budget, buy_down_interval, profit_interval, rebuy_interval and fee'
          : 'a JSON object of settings',
    },
  )
  .transform(
    (raw): Settings => ({
      chunks: raw.chunks,
      budget: raw.budget,
      buyDownInterval: raw.buy_down_interval,
      profitInterval: raw.profit_interval,
      rebuyInterval: raw.rebuy_interval,
      fee: raw.fee,
    }),
  );

/**
 * Settings from an object with the keys `chunks`, `budget`, `buy_down_interval`, `profit_interval`, `rebuy_interval` and
 * `fee`. Values are numbers or decimal strings; a missing key takes its default.
 *
 * @param source where the object is from, for messages: a file, the command line
 * @throws InputError naming every key that is unknown or out of its range
 */
export function parseSettings(json: unknown, source: string): Settings {
  const parsed = settingsSchema.safeParse(json, REPORT_INPUT);
  if (parsed.success) return parsed.data;
  throw new InputError(`settings in ${source}: ${shapeProblems(parsed.error).join('\n  ')}`);
}

/** The settings in a JSON file. Throws InputError when it cannot be read, or as {@link parseSettings} does. */
export async function readSettings(file: string): Promise<Settings> {
  return parseSettings(await readJson(file), file);
}
