import { describe, expect, it } from '@jest/globals';
import { Decimal } from '../../../src/domain/decimal.js';
import { MemoryTradeLog } from '../../../src/exchange/simulator/memory-trade-log.js';
import { SimClock } from '../../../src/platform/sim-clock.js';
import { Random } from '../../support/random.js';
import { aTradeEvent, tradesFrom } from '../../support/trade-events.js';

const ids = (events: readonly { readonly tradeId: number }[]) => events.map(({ tradeId }) => tradeId);

describe('the log of trades', () => {
  it('has nothing before the first trade', () => {
    const log = new MemoryTradeLog(new SimClock());
    expect(log.recent('XRPUSDT', 5)).toEqual([]);
    expect(log.from('XRPUSDT', 1, 5)).toEqual([]);
    expect(log.last('XRPUSDT')).toBeUndefined();
    expect(log.average('XRPUSDT', 5)).toBeNull();
  });

  it('gives the newest, or those from an id on, of one symbol', () => {
    const log = new MemoryTradeLog(new SimClock());
    for (const event of tradesFrom(3, 9)) log.take(event);
    log.take(aTradeEvent({ symbol: 'BTCUSDT' }));
    expect(ids(log.recent('XRPUSDT', 2))).toEqual([8, 9]);
    expect(ids(log.recent('XRPUSDT', 0))).toEqual([]);
    expect(ids(log.from('XRPUSDT', 5, 2))).toEqual([5, 6]);
    expect(ids(log.from('XRPUSDT', 0, 2))).toEqual([3, 4]);
    expect(ids(log.from('XRPUSDT', 10, 2))).toEqual([]);
    expect(log.last('XRPUSDT')?.tradeId).toBe(9);
  });

  it('leaves out what it has already', () => {
    const log = new MemoryTradeLog(new SimClock());
    for (const tradeId of [1, 2, 2, 1, 3]) log.take(aTradeEvent({ tradeId }));
    expect(ids(log.recent('XRPUSDT', 9))).toEqual([1, 2, 3]);
  });

  it('keeps as many as it is told, and up to twice as many', () => {
    const log = new MemoryTradeLog(new SimClock(), 10);
    for (const [index, event] of tradesFrom(1, 500).entries()) {
      log.take(event);
      const kept = log.recent('XRPUSDT', 1_000).length;
      expect(kept).toBeLessThan(20);
      expect(kept).toBeGreaterThanOrEqual(Math.min(index + 1, 10));
    }
  });

  it('averages the last minutes by volume; without trades in them, the last price counts', () => {
    const clock = new SimClock();
    const log = new MemoryTradeLog(clock);
    clock.advance(10_000);
    log.take(aTradeEvent({ tradeId: 1, price: '10', quantity: '3', tradeTime: 10_000 }));
    clock.advance(60_000);
    log.take(aTradeEvent({ tradeId: 2, price: '20', quantity: '1', tradeTime: 70_000 }));
    expect(log.average('XRPUSDT', 5)?.toFixed()).toBe('12.5');
    expect(log.average('XRPUSDT', 1)?.toFixed()).toBe('12.5');
    clock.advance(1);
    expect(log.average('XRPUSDT', 1)?.toFixed()).toBe('20');
    expect(log.average('XRPUSDT', 0)?.toFixed()).toBe('20');
    clock.advance(600_000);
    expect(log.average('XRPUSDT', 1)?.toFixed()).toBe('20');
  });

  it('averages as if it added everything up each time', () => {
    const seed = Date.now() % 100_000;
    const random = new Random(seed);
    const clock = new SimClock();
    const log = new MemoryTradeLog(clock, 40);
    for (let tradeId = 1; tradeId <= 400; tradeId++) {
      clock.advance(random.below(5_000));
      const [price, quantity] = [String(1 + random.below(50)), String(1 + random.below(9))];
      log.take(aTradeEvent({ tradeId, price, quantity, tradeTime: clock.wallMs() }));
      clock.advance(random.below(40_000));
      const window = log
        .from('XRPUSDT', 0, 1_000)
        .filter(({ tradeTime }) => tradeTime >= clock.wallMs() - 60_000);
      const sum = (of: (event: (typeof window)[number]) => Decimal) =>
        window.reduce((total, event) => total.plus(of(event)), new Decimal('0'));
      const expected =
        window.length === 0
          ? log.last('XRPUSDT')?.price
          : sum((event) => event.price.times(event.quantity)).div(sum((event) => event.quantity));
      const found = log.average('XRPUSDT', 1);
      expect([seed, tradeId, found?.toFixed()]).toEqual([seed, tradeId, expected?.toFixed()]);
    }
  });
});
