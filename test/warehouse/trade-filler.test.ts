import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { ActorSystem, type Pid } from '../../src/otp/index.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { PastTrades, RetryLater } from '../../src/ports/trade-source.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { TradeFiller, type TradeFillerProtocol } from '../../src/warehouse/trade-filler.js';
import { noteTradeIds, storeTrades } from '../../src/warehouse/trade-store.js';
import { testDatabase } from '../support/database.js';
import { aLog } from '../support/log.js';
import { aTrade, SYMBOL } from '../support/market.js';
import { eventually } from '../support/running-hedgehog.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
let system: ActorSystem;
let log: ReturnType<typeof aLog>;

beforeEach(async () => {
  await db.empty();
  system = new ActorSystem({ clock: systemClock });
  log = aLog();
});
afterEach(() => system.stop());

/** An exchange with these trades, which answers so many at a time; before that it says what else it is given. */
function pastOf(
  ids: readonly number[],
  page: number,
  first: readonly (RetryLater | Error)[] = [],
  refused?: string,
): PastTrades & { readonly asked: string[] } {
  const others = [...first];
  const asked: string[] = [];
  return {
    asked,
    async fetchTrades(symbol, fromId) {
      asked.push(`${symbol} ${fromId}`);
      if (symbol === refused) throw new Error('Invalid symbol.');
      const other = others.shift();
      if (other instanceof Error) throw other;
      if (other !== undefined) return other;
      const found = ids.filter((id) => id >= fromId).slice(0, page);
      return found.map((id): TradeEvent => ({ ...aTrade(id), symbol }));
    },
  };
}

const begin = (past: PastTrades): Pid<TradeFillerProtocol> =>
  system.spawn(
    TradeFiller,
    {
      ...{ database: db.database, retry: (work) => work(), past, log },
      timing: { pauseMs: 1, lookEveryMs: 20 },
    },
    'TradeFiller',
  );

async function missing(symbol: string, ...between: readonly (readonly [number, number])[]): Promise<void> {
  const id = await symbolIdOf(kysely(), symbol);
  const noted = between.map(([from, to]) => ({ from, to }));
  await noteTradeIds(kysely(), 'missing_trades', id, noted);
}

async function ranges(table: 'missing_trades' | 'absent_trades'): Promise<string[]> {
  const rows = await kysely()
    .selectFrom(table)
    .innerJoin('symbols', 'symbols.id', 'symbol_id')
    .select(['symbol', 'from_trade_id', 'to_trade_id'])
    .orderBy('symbol')
    .orderBy('from_trade_id')
    .execute();
  return rows.map(({ symbol, from_trade_id, to_trade_id }) => `${symbol} ${from_trade_id}-${to_trade_id}`);
}

async function stored(symbol: string): Promise<number[]> {
  const rows = await kysely()
    .selectFrom('trade_events')
    .innerJoin('symbols', 'symbols.id', 'symbol_id')
    .select('trade_id')
    .where('symbol', '=', symbol)
    .orderBy('trade_id')
    .execute();
  return rows.map(({ trade_id }) => Number(trade_id));
}

const untilNothingIsMissing = () =>
  eventually(
    () => ranges('missing_trades'),
    'nothing is missing',
    (left) => left.length === 0,
  );

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('trades that are written down as missing', () => {
  it('are fetched and stored, and no others', async () => {
    await missing(SYMBOL, [3, 4], [8, 8]);
    const past = pastOf(upTo(20), 1_000);
    begin(past);
    await untilNothingIsMissing();
    expect(await stored(SYMBOL)).toEqual([3, 4, 8]);
    expect(await ranges('absent_trades')).toEqual([]);
    // What lies near is in one answer.
    expect(past.asked).toEqual([`${SYMBOL} 3`]);
  });

  it('are fetched page by page, by turns with those of other symbols', async () => {
    await missing(SYMBOL, [1, 25]);
    await missing('BTCUSDT', [5, 12]);
    const past = pastOf(upTo(40), 10);
    begin(past);
    await untilNothingIsMissing();
    expect(await stored(SYMBOL)).toEqual(upTo(25));
    expect(await stored('BTCUSDT')).toEqual(upTo(12).slice(4));
    expect(past.asked).toEqual([`${SYMBOL} 1`, 'BTCUSDT 5', `${SYMBOL} 11`, `${SYMBOL} 21`]);
  });

  it('are absent where the exchange has later ones and not these', async () => {
    await missing(SYMBOL, [1, 9]);
    begin(pastOf([1, 2, 6, 12], 1_000));
    await untilNothingIsMissing();
    expect(await stored(SYMBOL)).toEqual([1, 2, 6]);
    expect(await ranges('absent_trades')).toEqual([`${SYMBOL} 3-5`, `${SYMBOL} 7-9`]);
  });

  it('wait for an exchange that does not serve them yet', async () => {
    await missing(SYMBOL, [1, 9]);
    const past = pastOf([1, 2], 1_000);
    begin(past);
    await eventually(
      () => past.asked.length,
      'it asks again',
      (count) => count > 3,
    );
    expect(await stored(SYMBOL)).toEqual([1, 2]);
    expect(await ranges('missing_trades')).toEqual([`${SYMBOL} 3-9`]);
    expect(await ranges('absent_trades')).toEqual([]);
  });

  it('that are there already stay as they are', async () => {
    await storeTrades(kysely(), await symbolIdOf(kysely(), SYMBOL), [aTrade(4)]);
    await missing(SYMBOL, [3, 5]);
    begin(pastOf(upTo(9), 1_000));
    await untilNothingIsMissing();
    expect(await stored(SYMBOL)).toEqual([3, 4, 5]);
  });

  it('are asked for again after a failure, which is said once, and when the exchange wants silence', async () => {
    await missing(SYMBOL, [1, 2]);
    begin(pastOf(upTo(9), 1_000, [new Error('away'), new Error('away'), { retryAfterMs: 5 }]));
    await untilNothingIsMissing();
    expect(await stored(SYMBOL)).toEqual([1, 2]);
    expect(log.entries.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn trades that are missing cannot be fetched; trying again',
      `info ${SYMBOL}: trades that were missing are stored`,
    ]);
  });

  it('are fetched of all symbols but one that the exchange refuses for ever, which is said once', async () => {
    await missing(SYMBOL, [1, 3]);
    await missing('BTCUSDT', [1, 25]);
    const past = pastOf(upTo(40), 10, [], SYMBOL);
    begin(past);
    await eventually(
      () => ranges('missing_trades'),
      'only those of one symbol are missing',
      (left) => left.join() === `${SYMBOL} 1-3`,
    );
    expect(await stored('BTCUSDT')).toEqual(upTo(25));
    expect(past.asked.filter((one) => one === `${SYMBOL} 1`).length).toBeGreaterThan(1);
    expect(log.entries.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toEqual([
      { symbol: SYMBOL, reason: 'Invalid symbol.' },
    ]);
  });

  it('are looked for as long as it runs', async () => {
    begin(pastOf(upTo(9), 1_000));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await missing(SYMBOL, [1, 2]);
    await untilNothingIsMissing();
    expect(await stored(SYMBOL)).toEqual([1, 2]);
  });
});
