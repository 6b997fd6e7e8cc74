import { z } from 'zod';
import { InputError } from '../../../platform/input-error.js';
import { REPORT_INPUT, shapeProblems } from '../../../platform/shape-problems.js';

const whole = (allowed: string, from: number, to = Number.MAX_SAFE_INTEGER) =>
  z.int(allowed).min(from, allowed).max(to, allowed);
const text = (allowed: string) => z.string(allowed).min(1, allowed);
const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, values.map((value) => `"${value}"`).join(' or '));
const strict = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `allowed are ${Object.keys(shape).join(', ')}` : 'an object',
  });

const milliseconds = whole('a whole number of milliseconds from 0', 0);
const errorStatus = whole('an HTTP status from 400 to 599', 400, 599);
const symbol = text('a symbol').optional();
const PROBABILITY = 'a number above 0 and up to 1';
const TIMES = 'a whole number from 1, or "always"';
const times = z.union([z.int(TIMES).min(1, TIMES), z.literal('always', TIMES)], TIMES);

/** When a fault fires, among the occasions that its `where` lets through. */
const schedule = {
  /** Occasions let pass first. */
  skip: whole('a whole number from 0', 0).default(0),
  /** How often it fires at most. */
  times: times.default(1),
  /** Chance to fire at each occasion, told by the simulator's seed. */
  probability: z.number(PROBABILITY).gt(0, PROBABILITY).max(1, PROBABILITY).default(1),
};

/** Every connection is an occasion: those that are open when the fault is armed, then those opened later. */
const onConnection = {
  where: strict({ socket: oneOf('market', 'user-data').optional() }).prefault({}),
  ...schedule,
};
/** How long, or how many events, after the occasion it happens. */
const moment = {
  afterMs: milliseconds.default(0),
  afterEvents: whole('a whole number from 0', 0).default(0),
};

/** Every request is an occasion, whichever of the two interfaces it comes by. */
const onRequest = {
  where: strict({ endpoint: text('an endpoint such as "POST /api/v3/order"').optional(), symbol }).prefault(
    {},
  ),
  ...schedule,
};

/** Every report to an account is an occasion. */
const onReport = {
  where: strict({
    account: text('the name of an account').optional(),
    symbol,
    executionType: oneOf('NEW', 'TRADE', 'CANCELED').optional(),
  }).prefault({}),
  ...schedule,
};

/** Every public trade is an occasion. */
const onTrade = { where: strict({ symbol }).prefault({}), ...schedule };

const faultSchema = z.discriminatedUnion(
  'what',
  [
    /** The WebSocket is refused with this HTTP status. */
    strict({ what: z.literal('refuse-connection'), ...onConnection, status: errorStatus.default(503) }),
    strict({ what: z.literal('cut-connection'), ...onConnection, ...moment }),
    /** It stays open, and neither says nor hears anything, pings included. */
    strict({ what: z.literal('stall-connection'), ...onConnection, ...moment }),
    /** `serverShutdown` is told, and the connection cut `leadMs` later. */
    strict({ what: z.literal('shut-down-connection'), ...onConnection, leadMs: milliseconds.default(0) }),
    /** Half of the frame of a trade is sent. */
    strict({ what: z.literal('malformed-trade'), ...onTrade }),
    /** Half of the frame of a report is sent. */
    strict({ what: z.literal('malformed-report'), ...onReport }),
    /** A run of trades never reaches the streams; REST serves them, or nobody knows of them. */
    strict({
      what: z.literal('withhold-trades'),
      ...onTrade,
      length: whole('a whole number from 1', 1).default(1),
      rest: oneOf('served', 'absent').default('served'),
    }),
    strict({ what: z.literal('lose-report'), ...onReport }),
    strict({ what: z.literal('double-report'), ...onReport }),
    strict({ what: z.literal('delay-report'), ...onReport, delayMs: milliseconds }),
    /** It is told after the next one of its account. */
    strict({ what: z.literal('swap-reports'), ...onReport }),
    /** The request is answered with an error, whatever becomes of it. */
    strict({
      what: z.literal('answer-error'),
      ...onRequest,
      status: errorStatus.default(503),
      code: z.int('a whole number').default(-1007),
      message: text('a text').default(
        'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
      ),
      /** `page`: HTML in place of code and message, as whatever stands before the exchange answers. */
      form: oneOf('json', 'page').default('json'),
      /** Whether it is carried out all the same: now, never, or `laterMs` later. */
      done: oneOf('now', 'never', 'later').default('now'),
      laterMs: milliseconds.default(3_000),
    }),
    /** The connection is cut instead of an answer. */
    strict({ what: z.literal('lose-reply'), ...onRequest, done: oneOf('now', 'never').default('now') }),
    /** Carried out at once and answered later: the report comes before the reply. */
    strict({ what: z.literal('delay-reply'), ...onRequest, delayMs: milliseconds }),
    strict({
      what: z.literal('rate-limit'),
      ...onRequest,
      status: z.literal([429, 418], '429 or 418').default(429),
      retryAfterSeconds: whole('a whole number from 1', 1).default(1),
    }),
    /** 403 with a page of HTML, as a firewall answers. */
    strict({ what: z.literal('forbid'), ...onRequest }),
    /** An order is not found (-2013) for this long after it was placed. */
    strict({
      what: z.literal('hide-order'),
      ...onRequest,
      times: times.default('always'),
      forMs: milliseconds,
    }),
    /** The exchange's clock is ahead by so much, or behind when negative; as long as it is armed. */
    strict({ what: z.literal('clock-skew'), skewMs: z.int('a whole number of milliseconds') }),
  ],
  'a fault',
);

export type Fault = z.infer<typeof faultSchema>;
export type FaultOf<What extends Fault['what']> = Extract<Fault, { readonly what: What }>;

const names = faultSchema.options.map(({ shape }) => shape.what.value);
const A_FAULT = 'an object with a field `what`';
// Its kind first, so that a wrong one is named and not only said to be wrong.
const namedSchema = z.looseObject({ what: z.enum(names, names.join(', ')) }, A_FAULT);

const fileSchema = z.array(namedSchema.pipe(faultSchema), 'a list of faults');

/**
 * Faults from JSON: one object, or a list of them.
 *
 * @param source where they are from, for messages
 * @throws InputError naming everything that is wrong, by field
 */
export function parseFaults(json: unknown, source: string): readonly Fault[] {
  const parsed = fileSchema.safeParse(Array.isArray(json) ? json : [json], REPORT_INPUT);
  if (parsed.success) return parsed.data;
  throw new InputError(`faults in ${source}: ${shapeProblems(parsed.error).join('\n  ')}`);
}
