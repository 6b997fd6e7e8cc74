import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type CandleUpdate, INTERVALS } from '../../src/domain/candle.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { Candles, ID_WINDOW, LATE_MS } from '../../src/indicators/candles.js';
import { aTrade, SYMBOL } from '../support/market.js';
import { candleLine, naiveCandles } from '../support/naive-candles.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** The last told state of every candle, the running ones included. */
function allCandles(candles: Candles, updates: readonly CandleUpdate[]): string[] {
  const byKey = new Map<string, string>();
  for (const { candle } of [...updates, ...candles.running()])
    byKey.set(`${candle.interval} ${candle.openTime}`, candleLine(candle));
  return [...byKey.values()].toSorted();
}

const addAll = (candles: Candles, trades: readonly TradeEvent[]): CandleUpdate[] =>
  trades.flatMap((trade) => candles.add(trade));

const minutesOf = (updates: readonly CandleUpdate[]) =>
  updates.filter(({ candle }) => candle.interval === '1m');

const at = (tradeId: number, tradeTime: number, price = '1') => aTrade(tradeId, { tradeTime, price });

describe('Candles', () => {
  it('tells a candle when the first trade of a later minute comes', () => {
    const candles = new Candles(SYMBOL);
    expect(addAll(candles, [at(1, 0, '1'), at(2, 10, '3'), at(3, 20, '2')])).toEqual([]);
    const [update, ...others] = candles.add(at(4, MINUTE));
    expect(others).toEqual([]);
    expect(update).toMatchObject({ closed: true, complete: false });
    expect(candleLine((update as CandleUpdate).candle)).toBe('1m 0 1 3 1 2 30 3');
  });

  it('counts a trade at the very end of a minute to the next one', () => {
    const candles = new Candles(SYMBOL);
    addAll(candles, [at(1, MINUTE - 1), at(2, MINUTE)]);
    expect(minutesOf(candles.running()).map(({ candle }) => candle.openTime)).toEqual([MINUTE]);
  });

  it('closes candles of every interval at midnight UTC', () => {
    const candles = new Candles(SYMBOL);
    candles.add(at(1, DAY - 1));
    expect(candles.add(at(2, DAY)).map(({ candle }) => candle.interval)).toEqual([...INTERVALS]);
  });

  it('invents no candle for a minute without trades', () => {
    const candles = new Candles(SYMBOL);
    const updates = minutesOf(addAll(candles, [at(1, 0), at(2, 5 * MINUTE), at(3, 6 * MINUTE)]));
    expect(updates.map(({ candle }) => candle.openTime)).toEqual([0, 5 * MINUTE]);
  });

  it('tells a closed candle again when a late trade changes it', () => {
    const candles = new Candles(SYMBOL);
    addAll(candles, [at(2, 10, '1'), at(4, MINUTE, '1')]);
    const [update] = minutesOf(candles.add(at(1, 5, '9')));
    expect(update?.closed).toBe(true);
    expect(candleLine((update as CandleUpdate).candle)).toBe('1m 0 9 9 1 1 20 2');
    const [last] = minutesOf(candles.add(at(3, 10, '7')));
    expect(candleLine((last as CandleUpdate).candle)).toBe('1m 0 9 9 1 7 30 3');
  });

  it('makes the candle of a minute that only a late trade has', () => {
    const candles = new Candles(SYMBOL);
    addAll(candles, [at(1, 0), at(3, 3 * MINUTE)]);
    expect(minutesOf(candles.add(at(2, MINUTE)))).toMatchObject([
      { closed: true, candle: { openTime: MINUTE, tradeCount: 1 } },
    ]);
  });

  it('counts an id once, as far back as its window reaches', () => {
    const candles = new Candles(SYMBOL);
    addAll(candles, [at(10, 0), at(10, 0), at(9, 0), at(9, 0)]);
    expect(candles.counts).toEqual({ trades: 2, duplicates: 2, tooLate: 0 });
    addAll(candles, [at(9 + ID_WINDOW, 0), at(10, 0), at(9, 0), at(11, 0)]);
    expect(candles.counts).toEqual({ trades: 4, duplicates: 3, tooLate: 1 });
  });

  it('counts no trade later than its limit, and says so', () => {
    const candles = new Candles(SYMBOL);
    addAll(candles, [at(9, LATE_MS), at(2, 0), at(10, LATE_MS + 1), at(3, 0)]);
    expect(candles.counts).toEqual({ trades: 3, duplicates: 0, tooLate: 1 });
  });

  it('calls a candle complete from the second one on', () => {
    const candles = new Candles(SYMBOL);
    const updates = minutesOf(addAll(candles, [at(1, 10), at(2, MINUTE), at(3, 2 * MINUTE)]));
    expect(updates.map(({ complete }) => complete)).toEqual([false, true]);
    expect(candles.running().map(({ complete }) => complete)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('keeps a bounded number of candles', () => {
    const candles = new Candles(SYMBOL);
    for (let id = 1; id <= 3_000; id++) candles.add(at(id, id * MINUTE));
    expect(candles.size).toBeLessThanOrEqual(16 + 4 + 2 * 4);
  });

  it('comes to the same candles as the plain way, for any order and any repetition within the limits', () => {
    const trade = fc.record({
      afterMs: fc.oneof(fc.nat(900), fc.nat(2 * MINUTE), fc.nat(30 * MINUTE)),
      price: fc.integer({ min: 1, max: 20 }),
      quantity: fc.integer({ min: 1, max: 1_000 }),
    });
    const startTime = fc.integer({ min: DAY - 20 * MINUTE, max: DAY + MINUTE });
    const shift = fc.array(fc.nat(LATE_MS), { minLength: 60, maxLength: 60 });
    const twice = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(trade, { minLength: 1, maxLength: 60 }),
        startTime,
        shift,
        twice,
        (steps, start, shifts, doubled) => {
          let tradeTime = start;
          const inOrder = steps.map(({ afterMs, price, quantity }, index) => {
            tradeTime += afterMs;
            return aTrade(index + 1, {
              tradeTime,
              price: `0.${price}`,
              quantity: `${quantity}.00000001`,
            });
          });
          // A trade is delivered up to the limit late: so never after one that is that much newer than itself.
          const delivered = inOrder
            .flatMap((each, index) => (doubled[index] ? [each, each] : [each]))
            .map((each, index) => ({ each, due: each.tradeTime + (shifts[index % 60] as number) }))
            .toSorted((a, b) => a.due - b.due)
            .map(({ each }) => each);
          const candles = new Candles(SYMBOL);
          const told = addAll(candles, delivered);
          expect(candles.counts.tooLate).toBe(0);
          expect(allCandles(candles, told)).toEqual(naiveCandles(inOrder));
        },
      ),
    );
  });
});
