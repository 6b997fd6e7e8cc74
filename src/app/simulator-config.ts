import { type Decimal, ONE, parseDecimal } from '../domain/decimal.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { parseExchangeInfo } from '../exchange/exchange-info.js';
import { DEMO_ACCOUNT } from '../exchange/simulator/api/accounts.js';
import type { ExchangeInfoDocument } from '../exchange/simulator/api/exchange-info-document.js';
import { parseFaults } from '../exchange/simulator/faults/fault.js';
import { RandomFeed } from '../exchange/simulator/market/random-feed.js';
import { InputError, quoted } from '../platform/input-error.js';
import { readJson } from '../platform/input-file.js';
import { seededRandom } from '../platform/seeded-random.js';
import { describeUnknown } from '../platform/unknown-symbols.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { gapMs, type Pace, parsePace } from '../streaming/pace.js';
import type { TradeFeed } from '../streaming/trade-feed.js';
import { BUNDLED_EXCHANGE_INFO } from './project-files.js';
import type { SimulatedAccount, SimulatorOptions } from './simulator.js';
import { givenTapes, tapeFeeds, tapesBySymbol } from './tapes.js';

/** What `hedgehog simulator` was asked for, as it was given. */
export interface SimulatorRequest {
  readonly port: string;
  readonly tape?: readonly string[];
  readonly market?: string;
  readonly symbols?: string;
  readonly speed: string;
  readonly fillModel: 'book' | 'tape';
  readonly faults?: string;
  readonly commission: string;
  readonly exchangeInfo?: string;
  readonly loop?: boolean;
  readonly step?: boolean;
}

/** What a random market trades at the pace `x1`, trades a second. */
const RANDOM_RATE = 10;
const DEFAULT_SEED = 1;

/**
 * Reads the options and the files that they name.
 *
 * @throws InputError naming the option, what was given and what is allowed
 */
export async function readSimulatorOptions(
  request: SimulatorRequest,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<SimulatorOptions> {
  const source = request.exchangeInfo ?? BUNDLED_EXCHANGE_INFO;
  const document = await readJson(source);
  const symbols = parseExchangeInfo(document, source);
  const seed = request.market === undefined ? DEFAULT_SEED : wholeNumber('--market', request.market);
  const port = wholeNumber('--port', request.port, 65_535);
  const commissionRate = fraction('--commission', request.commission);
  const faults =
    request.faults === undefined ? [] : parseFaults(await readJson(request.faults), request.faults);
  const feeds = await readFeeds(request, symbols, seed, clock);
  return {
    ...{ clock, log, port, symbols, feeds, commissionRate, seed, faults, fillModel: request.fillModel },
    // It has the shape of a document that lists symbols, or `parseExchangeInfo` would have refused it.
    document: document as ExchangeInfoDocument,
    accounts: [demoAccount(symbols.values())],
    mode: request.step ? 'step' : 'run',
  };
}

/** Tapes, and a random market for every other symbol that is named; or one for the first symbol when nothing is said. */
async function readFeeds(
  { tape = [], market, symbols: named, speed, loop = false }: SimulatorRequest,
  symbols: ReadonlyMap<string, SymbolInfo>,
  seed: number,
  clock: Clock,
): Promise<ReadonlyMap<string, TradeFeed>> {
  const pace = paceOf(speed);
  const tapes = await tapesBySymbol(
    tape.flatMap((text) => givenTapes(text)),
    symbols,
  );
  const feeds = new Map<string, TradeFeed>(tapeFeeds(tapes, { pace, loops: loop, clock }));
  for (const symbol of randomSymbols(named, market !== undefined || tape.length === 0, symbols)) {
    const info = symbols.get(symbol);
    if (info === undefined) throw new InputError(`--symbols: ${describeUnknown([symbol], symbols.keys())}`);
    if (feeds.has(symbol)) continue;
    const random = seededRandom(seed + hashOf(symbol));
    feeds.set(symbol, new RandomFeed({ info, random, tradesPerSecond: rateOf(pace), clock }));
  }
  return feeds;
}

function randomSymbols(
  named: string | undefined,
  isWanted: boolean,
  symbols: ReadonlyMap<string, SymbolInfo>,
): readonly string[] {
  if (named !== undefined) return named.split(',').map((symbol) => symbol.trim());
  return isWanted ? [...symbols.keys()].slice(0, 1) : [];
}

/** So that each symbol of a market has a walk of its own. */
const hashOf = (symbol: string): number =>
  Buffer.from(symbol).reduce((hash, byte) => (Math.imul(hash, 31) + byte) >>> 0, 0);

const rateOf = (pace: Pace): number =>
  pace.kind === 'interval' ? 1_000 / gapMs(pace, 0, 0) : RANDOM_RATE * pace.speed;

function paceOf(text: string): Pace {
  try {
    return parsePace(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`--speed is ${error.message}`);
  }
}

function wholeNumber(option: string, text: string, most = 4_294_967_295): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new InputError(`${option} is ${quoted(text)}; allowed is a whole number from 0 to ${most}`);
}

function fraction(option: string, text: string): Decimal {
  const value = parseDecimal(text);
  if (value?.lt(ONE)) return value;
  throw new InputError(`${option} is ${quoted(text)}; allowed is a decimal from 0 to below 1, such as 0.001`);
}

const DEMO_AMOUNT = '1000000';

/** Plenty of everything that is listed. */
function demoAccount(symbols: Iterable<SymbolInfo>): SimulatedAccount {
  const amount = parseDecimal(DEMO_AMOUNT);
  if (amount === undefined) throw new Error('the demo amount is no decimal');
  const assets = [...symbols].flatMap(({ baseAsset, quoteAsset }) => [baseAsset, quoteAsset]);
  return { ...DEMO_ACCOUNT, balances: new Map(assets.map((asset) => [asset, amount])) };
}
