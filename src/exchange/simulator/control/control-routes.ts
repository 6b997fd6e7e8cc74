import { z } from 'zod';
import { type Decimal, parseDecimal, ZERO } from '../../../domain/decimal.js';
import { InputError, quoted } from '../../../platform/input-error.js';
import { REPORT_INPUT, shapeProblems } from '../../../platform/shape-problems.js';
import type { ArmedFaults } from '../faults/armed-faults.js';
import { parseFaults } from '../faults/fault.js';
import type { SymbolChange } from '../market/listed-symbols.js';
import type { MarketMode } from '../market/market.js';

/** What a test may do to a running simulator from outside. */
export interface ControlTarget {
  readonly faults: ArmedFaults;
  /** How far each market is, and how it runs. */
  market(): Promise<object>;
  setMode(mode: MarketMode): Promise<void>;
  /**
   * Publishes the next trades of a symbol and answers how many, once they are told and what they filled is held.
   *
   * @throws InputError when there is no market in the symbol
   */
  step(symbol: string | undefined, count: number): Promise<number>;
  /** Lets held fills through; answers of how many trades, once they are told. */
  release(): Promise<number>;
  /** False when there is no such key. */
  revokeKey(apiKey: string): boolean;
  /** @throws InputError when there is no such account */
  deposit(account: string, asset: string, amount: Decimal): Promise<void>;
  /** @throws InputError when there is no such symbol, or a filter cannot be used */
  changeSymbol(symbol: string, change: SymbolChange): void;
  /** Tells every connection that the server shuts down, and closes it so much later. */
  announceShutdown(leadMs: number): void;
  /** Connections that are open, by kind. */
  connections(): object;
}

/** What a control request comes to; null where there is no such route. */
export type ControlAnswer = { readonly status: number; readonly body: object } | null;

const COUNT = 'a whole number from 1 to 100000';
const TEXT = 'a text';
const text = z.string(TEXT).min(1, TEXT);
const modeSchema = z.strictObject(
  { mode: z.enum(['run', 'step'], '"run" or "step"') },
  'an object with `mode`',
);
const stepSchema = z.strictObject(
  { symbol: text.optional(), count: z.int(COUNT).min(1, COUNT).max(100_000, COUNT).default(1) },
  'an object with `symbol` and `count`',
);
const keySchema = z.strictObject({ apiKey: text }, 'an object with `apiKey`');
const filterSchema = z
  .object({ filterType: text }, 'an object with `filterType`')
  .catchall(z.json('a value of JSON'));
const symbolSchema = z.strictObject(
  { symbol: text, status: text.optional(), filters: z.array(filterSchema, 'a list of filters').optional() },
  'an object with `symbol` and `status` or `filters`',
);
const AMOUNT = 'a decimal above 0 as a text, such as "12.5"';
const depositSchema = z.strictObject(
  {
    asset: text,
    amount: z.string(AMOUNT).transform((given, context) => {
      const amount = parseDecimal(given);
      if (amount?.gt(ZERO)) return amount;
      context.issues.push({ code: 'custom', message: AMOUNT, input: given });
      return z.NEVER;
    }),
  },
  'an object with `asset` and `amount`',
);
const LEAD = 'a whole number of milliseconds from 0';
const leadSchema = z.strictObject({ leadMs: z.int(LEAD).min(0, LEAD).default(0) }, 'an object with `leadMs`');

/**
 * Answers one request to `/control/...`.
 *
 * @param body of the request; undefined when there was none
 * @throws InputError naming what cannot be used
 */
export async function control(
  target: ControlTarget,
  method: string,
  path: string,
  body: unknown,
): Promise<ControlAnswer> {
  const { faults } = target;
  const [, id] = /^\/control\/faults\/(\d+)$/.exec(path) ?? [];
  if (method === 'DELETE' && id !== undefined) {
    faults.disarm(Number(id));
    return ok({});
  }
  const [, account] = /^\/control\/accounts\/([^/]+)\/deposit$/.exec(path) ?? [];
  if (method === 'POST' && account !== undefined) {
    const { asset, amount } = read(depositSchema, body);
    await target.deposit(account, asset, amount);
    return ok({});
  }
  switch (`${method} ${path}`) {
    case 'GET /control/faults':
      return ok({ faults: faults.list() });
    case 'POST /control/faults':
      return ok({ ids: faults.arm(parseFaults(body, 'the request')) });
    case 'DELETE /control/faults':
      faults.disarmAll();
      return ok({});
    case 'GET /control/market':
      return ok(await target.market());
    case 'POST /control/market':
      await target.setMode(read(modeSchema, body).mode);
      return ok(await target.market());
    case 'POST /control/step': {
      const { symbol, count } = read(stepSchema, body ?? {});
      return ok({ published: await target.step(symbol, count) });
    }
    case 'POST /control/release':
      return ok({ released: await target.release() });
    case 'POST /control/keys/revoke':
      if (!target.revokeKey(read(keySchema, body).apiKey)) throw new InputError('there is no such API key');
      return ok({});
    case 'POST /control/symbols': {
      const { symbol, ...change } = read(symbolSchema, body);
      target.changeSymbol(symbol, change);
      return ok({});
    }
    case 'POST /control/shutdown-notice':
      target.announceShutdown(read(leadSchema, body ?? {}).leadMs);
      return ok({});
    case 'GET /control/connections':
      return ok(target.connections());
    default:
      return null;
  }
}

const ok = (body: object): ControlAnswer => ({ status: 200, body });

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  // The input is not reported where it may be a secret.
  const parsed = schema.safeParse(body, schema === (keySchema as z.ZodType) ? {} : REPORT_INPUT);
  if (parsed.success) return parsed.data;
  throw new InputError(`the request: ${shapeProblems(parsed.error).join('\n  ')}`);
}

/** What to answer a body that is not JSON. */
export const notJson = (body: string): InputError =>
  new InputError(`the request's body is ${quoted(body)}; allowed is JSON`);
