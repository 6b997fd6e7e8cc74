import { Decimal } from '../../domain/decimal.js';
import type { Settings } from '../../domain/settings.js';
import type { Environment } from '../../warehouse/connection.js';

/** A symbol of the demo, and how it is traded: settings under which much happens in little time. */
export interface DemoSymbol {
  readonly symbol: string;
  readonly baseAsset: string;
  readonly quoteAsset: typeof QUOTE_ASSET;
  readonly settings: Settings;
}

export const QUOTE_ASSET = 'USDT';
export const DATABASE = 'hedgehog_demo';
export const COMMISSION = '0.001';

/** Its market is the bundled tape; the others' are made up. */
export const TAPE_SYMBOL = 'XRPUSDT';
export const TAPE_TRADES = 20_000;
/** Under this one prices come back often enough for cycles to close, also on a machine that is slow to place its orders. */
export const MARKET_SEED = '14';

const aSymbol = (
  baseAsset: string,
  budget: string,
  [buyDown, profit, rebuy]: readonly [buyDown: string, profit: string, rebuy: string],
): DemoSymbol => ({
  symbol: `${baseAsset}${QUOTE_ASSET}`,
  baseAsset,
  quoteAsset: QUOTE_ASSET,
  settings: {
    chunks: 4,
    budget: new Decimal(budget),
    buyDownInterval: new Decimal(buyDown),
    profitInterval: new Decimal(profit),
    rebuyInterval: new Decimal(rebuy),
    fee: new Decimal(COMMISSION),
  },
});

export const SYMBOLS: readonly DemoSymbol[] = [
  aSymbol('XRP', '80', ['0.0005', '0.003', '0.004']),
  aSymbol('DOGE', '2000', ['0.0005', '0.001', '0.003']),
  aSymbol('SOL', '2000', ['0.0005', '0.001', '0.003']),
];

/** The symbol, its market and its budget in a line. */
export function describeSymbol({ symbol, settings }: DemoSymbol): string {
  const market = symbol === TAPE_SYMBOL ? 'the bundled tape' : `made up, seed ${MARKET_SEED}`;
  const budget = `${settings.budget.toFixed()} ${QUOTE_ASSET} in at most ${settings.chunks} positions`;
  return `${symbol.padEnd(9)}  ${market}; ${budget}`;
}

export const MADE_UP = SYMBOLS.map(({ symbol }) => symbol).filter((symbol) => symbol !== TAPE_SYMBOL);

/** Of the user's own environment only where files are: nothing else of it may lead elsewhere. */
const KEPT = /^(?!HEDGEHOG_|DATABASE_URL$)|^HEDGEHOG_DATA_DIR$/;

/** The environment of a Hedgehog that can reach the demo's simulator and its database, and nothing else. */
export function demoEnvironment(own: Environment, simulatorUrl: string): Environment {
  const kept = Object.entries(own).filter(([name]) => KEPT.test(name));
  return {
    ...Object.fromEntries(kept),
    HEDGEHOG_EXCHANGE: 'simulator',
    HEDGEHOG_SIMULATOR_URL: simulatorUrl,
    HEDGEHOG_DATABASE: DATABASE,
    HEDGEHOG_LOG_LEVEL: 'warn',
    // Another Hedgehog may have the usual port.
    HEDGEHOG_CONTROL_PORT: '0',
  };
}

/** What leads a command to the demo's database from a shell like the user's: variables, and a space after each. */
export function variablesFor(own: Environment): string {
  const { HEDGEHOG_DATA_DIR: folder, DATABASE_URL: url } = own;
  const variables = [
    ...(folder ? [`HEDGEHOG_DATA_DIR=${quotedForShell(folder)}`] : []),
    // It would name another server.
    ...(url ? ['DATABASE_URL='] : []),
    `HEDGEHOG_DATABASE=${DATABASE}`,
  ];
  return variables.map((variable) => `${variable} `).join('');
}

const quotedForShell = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
