import Table from 'cli-table3';
import type { HedgehogClient } from '../../control/hedgehog-client.js';

/** What is said of one function of the console's `hedgehog`. */
export interface ConsoleFunction {
  /** `(symbol, { dryRun })` */
  readonly signature: string;
  readonly does: string;
  readonly example: string;
  /** What its texts may be, in the order of its parameters; the last one goes for all that follow. Default: anything. */
  readonly takes?: readonly Taken[];
}

export type Taken = 'symbol' | 'topic' | 'path' | 'anything';

/** Every function, in the order of the help. */
export const FUNCTIONS: Readonly<Record<keyof HedgehogClient | 'help', ConsoleFunction>> = {
  startTrading: {
    signature: '(...symbols)',
    does: 'trade them, beginning with the cycles they have',
    example: "startTrading('XRPUSDT', 'BTCUSDT')",
    takes: ['symbol'],
  },
  stopTrading: {
    signature: '(...symbols)',
    does: 'stop trading them at once; orders stay',
    example: "stopTrading('XRPUSDT')",
    takes: ['symbol'],
  },
  shutDownTrading: {
    signature: '(...symbols)',
    does: 'start nothing new, sell what was bought; then off',
    example: "shutDownTrading('XRPUSDT')",
    takes: ['symbol'],
  },
  startStreaming: {
    signature: '(...symbols)',
    does: 'publish their trades',
    example: "startStreaming('XRPUSDT')",
    takes: ['symbol'],
  },
  stopStreaming: {
    signature: '(...symbols)',
    does: 'publish no more of their trades',
    example: "stopStreaming('XRPUSDT')",
    takes: ['symbol'],
  },
  startStoring: {
    signature: '(topic, ...symbols)',
    does: 'store TRADE_EVENTS, ORDERS or OHLC of them',
    example: "startStoring('ORDERS', 'XRPUSDT')",
    takes: ['topic', 'symbol'],
  },
  stopStoring: {
    signature: '(topic, ...symbols)',
    does: 'store it no more; what is stored stays',
    example: "stopStoring('OHLC', 'XRPUSDT')",
    takes: ['topic', 'symbol'],
  },
  settings: {
    signature: '(symbol)',
    does: 'how a symbol is traded',
    example: "settings('XRPUSDT')",
    takes: ['symbol'],
  },
  setSettings: {
    signature: '(symbol, changes, { dryRun })',
    does: 'change it for new cycles, or see what would change',
    example: "setSettings('XRPUSDT', { budget: '500' }, { dryRun: true })",
    takes: ['symbol', 'anything'],
  },
  orders: {
    signature: '({ symbol, open, limit })',
    does: 'orders, the newest first',
    example: "orders({ symbol: 'XRPUSDT', limit: 10 })",
    takes: ['symbol'],
  },
  cancelOrder: {
    signature: '(clientOrderId)',
    does: 'cancel an order, or { symbol, orderId }',
    example: "cancelOrder({ symbol: 'XRPUSDT', orderId: 12 })",
  },
  positions: { signature: '()', does: 'the cycles that have not ended', example: 'positions()' },
  profit: {
    signature: '()',
    does: 'what was earned, by symbol and in total',
    example: '(await profit()).totals',
  },
  why: {
    signature: '(symbol)',
    does: 'what each symbol waits for',
    example: "(await why('XRPUSDT'))[0].reason",
    takes: ['symbol'],
  },
  inspect: {
    signature: '(path)',
    does: 'the actors, or one of them, as values',
    example: "(await inspect('Leader XRPUSDT')).state",
    takes: ['path'],
  },
  tree: { signature: '(path)', does: 'the actors as text', example: 'tree()', takes: ['path'] },
  kill: {
    signature: '(path)',
    does: 'have an actor crash; its supervisor decides what comes next',
    example: "kill('Leader XRPUSDT')",
    takes: ['path'],
  },
  logs: {
    signature: '({ level })',
    does: 'the last lines of the log',
    example: "(await logs({ level: 'warn' })).at(-1)",
  },
  logLevels: { signature: '()', does: 'how much each part of it says', example: 'logLevels()' },
  setLogLevel: {
    signature: '(level, part)',
    does: 'change that, of all parts or of one, until it ends',
    example: "setLogLevel('debug', 'trading')",
  },
  services: { signature: '()', does: 'what is wanted, and what runs', example: '(await services()).trading' },
  ready: { signature: '()', does: 'whether everything runs, and if not, why', example: 'ready()' },
  metrics: { signature: '()', does: 'figures, as Prometheus reads them', example: 'metrics()' },
  help: { signature: '()', does: 'this', example: 'help()' },
};

export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/** The functions, one a line. */
export function helpText(): string {
  const table = new Table({
    head: ['hedgehog.', 'does', 'example: await hedgehog.'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, { signature, does, example }] of Object.entries(FUNCTIONS))
    table.push([`${name}${signature}`, does, example]);
  return `${table.toString()}
Each gives a promise: await it. Prices and quantities are decimal texts.`;
}
