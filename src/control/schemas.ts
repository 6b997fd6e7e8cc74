import { z } from 'zod';
import { LOG_LEVELS, LOG_PARTS } from '../ports/log.js';
import { STORED_TOPICS } from '../warehouse/schema.js';
import { STATES } from './standing.js';

/** What the API takes and gives. A schema's own message says what is allowed. */

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, values.join(', '));

const MOST_SYMBOLS = 1_000;

export const symbol = z.string('a symbol such as XRPUSDT').regex(/^[\w-]{1,40}$/, 'a symbol such as XRPUSDT');
export const flag = oneOf(['true', 'false']);
export const level = oneOf(LOG_LEVELS);
export const logPart = oneOf(LOG_PARTS);
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const count = z.int().min(0);
const time = z.iso.datetime();

export const refused = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export interface ShownActor {
  kind: string;
  name: string;
  path: string;
  mailbox: number;
  running: boolean;
  handled: number;
  restarts: number;
  uptimeMs: number;
  lastMessages: string[];
  lastCrash: { reason: string; wallMs: number } | null;
  lastRestarts: { reason: string; wallMs: number }[];
  state?: unknown;
  children: ShownActor[];
}

const restarted = z.object({ reason: z.string(), wallMs: z.number() });

export const actor = z
  .object({
    kind: z.string(),
    name: z.string(),
    path: z.string(),
    mailbox: count.describe('messages that wait, the running one not included'),
    running: z.boolean(),
    handled: count.describe('messages handled since it was started the last time'),
    restarts: count,
    uptimeMs: z.number().min(0),
    lastMessages: z.array(z.string()).describe('oldest first'),
    lastCrash: restarted.nullable(),
    lastRestarts: z.array(restarted).describe('oldest first; for a crash of its own or of a sibling'),
    state: z.unknown().describe('what its kind chooses to show'),
    get children() {
      return z.array(actor);
    },
  })
  .meta({ id: 'Actor' }) as z.ZodType<ShownActor>;

export const inspected = z.object({
  actors: z.array(actor),
  supervisor: z
    .object({ path: z.string(), kind: z.string(), state: z.unknown() })
    .nullable()
    .describe('of the one that was asked for; null for a root and for the whole tree'),
});
export const pathAsked = z.strictObject({
  path: z
    .string('the path of an actor, or its name')
    .min(1, 'the path of an actor, or its name')
    .max(500, 'the path of an actor, or its name'),
});
export const killed = z.object({ path: z.string(), kind: z.string() });

export const order = z.object({
  symbol,
  side: oneOf(['BUY', 'SELL']),
  status: z.string(),
  price: decimal,
  quantity: decimal,
  executedQuantity: decimal,
  orderId: z.int().nullable().describe("the exchange's; null until it has answered"),
  clientOrderId: z.string(),
  createdTime: z.int().nullable().describe('Unix milliseconds; null for one that is not stored'),
  updatedTime: z.int().nullable(),
});
export const orders = z.object({ orders: z.array(order) });

const phase = oneOf(['flat', 'buying', 'selling', 'buy-parked', 'sell-parked', 'closed']);

const orderId = z.int("the exchange's order id, a whole number from 0").min(0);
const ORDER_NAMED = 'an object with the key clientOrderId, or with symbol and orderId';
const CLIENT_ORDER_ID = 'a client order id of up to 36 characters';
const clientOrderId = z.string(CLIENT_ORDER_ID).regex(/^\S{1,36}$/, CLIENT_ORDER_ID);
export const orderNamed = z.union(
  [z.strictObject({ clientOrderId }, ORDER_NAMED), z.strictObject({ symbol, orderId }, ORDER_NAMED)],
  ORDER_NAMED,
);
const MOST_CANCELLED = 20;
export const toCancel = z.strictObject(
  {
    orders: z
      .array(orderNamed, 'a list of orders')
      .min(1, 'at least one order')
      .max(MOST_CANCELLED, `at most ${MOST_CANCELLED} orders`),
  },
  'an object with the key orders',
);
export const cancelledOrder = order
  .pick({
    symbol: true,
    side: true,
    status: true,
    price: true,
    quantity: true,
    executedQuantity: true,
    clientOrderId: true,
  })
  .extend({
    orderId: z.int(),
    outcome: oneOf(['cancelled', 'ended-before', 'open', 'unknown']).describe(
      'ended-before: filled, or ended otherwise, before it could be cancelled; open: it rests still; unknown: the exchange does not tell, or has not answered yet',
    ),
    reason: z.string().nullable().describe('why it is open still, or unknown'),
    cycle: z
      .object({
        cycleId: z.int(),
        phase,
        isTraded: z.boolean(),
        next: z.string().describe('what becomes of the cycle'),
      })
      .nullable()
      .describe('null when it cannot be told at the moment'),
  });
export const cancelled = z.object({ orders: z.array(cancelledOrder) });

export const position = z.object({
  cycleId: z.int(),
  symbol,
  phase,
  startedAt: time,
  buyPrice: decimal.nullable(),
  buyQuantity: decimal.nullable(),
  bought: decimal.describe('base asset bought so far'),
  sellPrice: decimal.nullable(),
  sellQuantity: decimal.nullable(),
  sold: decimal.describe('base asset sold so far'),
  held: decimal.describe('base asset that is bought, less commission, and not sold'),
  resting: order
    .pick({ side: true, status: true, price: true, orderId: true, clientOrderId: true })
    .nullable(),
  lastPrice: decimal.nullable().describe('of the last trade; null when none was seen since the start'),
  distance: decimal
    .nullable()
    .describe('how far the resting order is from the last price, as a fraction of that; negative below it'),
  parkedBecause: z.string().nullable(),
});
export const positions = z.object({ positions: z.array(position) });

const realised = z.object({
  cycles: count.describe('cycles that were bought and sold'),
  grossProfit: decimal,
  fees: decimal.describe('the set rate on both legs'),
  netProfit: decimal,
  open: z.object({
    cycles: count,
    cost: decimal.describe('quote asset that what is held was bought for'),
    profit: decimal
      .nullable()
      .describe(
        'of open cycles at the last price, before fees; null when the last price of one is not known',
      ),
  }),
});
export const profit = z.object({
  symbols: z.array(realised.extend({ symbol, quoteAsset: z.string().nullable() })),
  totals: z
    .array(realised.extend({ quoteAsset: z.string().nullable() }))
    .describe('one for each quote asset'),
});

export const whyIdle = z.object({
  symbol,
  traded: z.boolean(),
  reason: z.string().describe('what it waits for, in words'),
  secondsSinceEvent: count
    .nullable()
    .describe('since something happened to one of its cycles; null when nothing has since it is traded'),
  hint: z.string().nullable().describe('the command that would help, if one would'),
});
export const why = z.object({ symbols: z.array(whyIdle) });

export const service = z.object({
  service: z.string(),
  wanted: z.array(
    z.object({
      symbol,
      topic: oneOf(STORED_TOPICS).nullable(),
      status: oneOf(['on', 'off', 'shutdown']),
      state: oneOf(STATES).nullable().describe('how it stands; null for what is off'),
      reason: z.string().nullable().describe('why it does not run, where that is known'),
    }),
  ),
  running: z.array(
    z.object({
      name: z.string(),
      state: oneOf(['running', 'restarting', 'given-up']),
      restarts: count,
      reason: z.string().nullable(),
    }),
  ),
});
export const switched = z.object({
  service: z.string(),
  followed: z.boolean().describe('whether what runs has been brought in line with it already'),
  symbols: z.array(z.object({ symbol, before: z.string(), now: z.string() })),
});

const SETTING_KEYS = 'chunks, budget, buy_down_interval, profit_interval, rebuy_interval, fee';
const setting = z.union([z.string().max(100), z.number()]);
export const settingsGiven = z
  .strictObject(
    {
      chunks: setting.optional(),
      budget: setting.optional(),
      buy_down_interval: setting.optional(),
      profit_interval: setting.optional(),
      rebuy_interval: setting.optional(),
      fee: setting.optional(),
    },
    {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? `allowed are ${SETTING_KEYS}`
          : `an object of settings: ${SETTING_KEYS}`,
    },
  )
  .describe('numbers or decimal strings; what is not given stays as it is');
const someSymbols = z
  .array(symbol, 'a list of symbols')
  .min(1, 'at least one symbol')
  .max(MOST_SYMBOLS, `at most ${MOST_SYMBOLS} symbols`);
export const toSwitch = z.strictObject({ symbols: someSymbols }, 'an object with the key symbols');
export const toTrade = z.strictObject(
  { symbols: someSymbols, settings: settingsGiven.optional() },
  'an object with the keys symbols and settings',
);
export const toStore = z.strictObject(
  { symbols: someSymbols, topic: oneOf(STORED_TOPICS) },
  'an object with the keys symbols and topic',
);

const settingsJson = z.object({
  chunks: z.int(),
  budget: decimal,
  buy_down_interval: decimal,
  profit_interval: decimal,
  rebuy_interval: decimal,
  fee: decimal,
});
export const settings = z.object({ symbol, status: z.string(), settings: settingsJson });
export const allSettings = z.object({ settings: z.array(settings) });
export const settingsChanged = z.object({
  symbol,
  dryRun: z.boolean(),
  before: settingsJson,
  after: settingsJson,
  changes: z.array(z.object({ key: z.string(), from: z.string(), to: z.string() })),
  from: z.string().describe('when they apply'),
  openCycles: count.describe('cycles that have not ended'),
  cycles: z
    .array(z.object({ cycleId: z.int(), phase, makesRoom: z.boolean() }))
    .describe('each goes on with the settings it began with, but one that makes room for a new cycle'),
});

export const logEntry = z.object({
  time,
  level,
  part: logPart,
  message: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export const logLevels = z.object({
  levels: z
    .record(logPart, level)
    .describe('until it ends; HEDGEHOG_LOG_LEVEL says what the next start begins with'),
});
export const logLevelAsked = z.strictObject(
  { part: logPart.optional().describe('all of them when it is left out'), level },
  'an object with the keys part and level',
);

export const health = z.object({ status: z.literal('alive'), pid: z.int(), version: z.string() });
export const readiness = z.object({
  ready: z.boolean(),
  /** Why it is not. */
  reasons: z.array(z.string()),
  /** What runs no more, until somebody switches it on again; everything else goes on. */
  givenUp: z.array(z.string()),
});
