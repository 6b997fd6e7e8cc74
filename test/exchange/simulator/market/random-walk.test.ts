import { describe, expect, it } from '@jest/globals';
import { isOnStep } from '../../../../src/domain/decimal.js';
import { RandomFeed } from '../../../../src/exchange/simulator/market/random-feed.js';
import { randomWalk } from '../../../../src/exchange/simulator/market/random-walk.js';
import { seededRandom } from '../../../../src/platform/seeded-random.js';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { LISTED } from '../../../support/simulator.js';

const infoOf = (symbol: string) => {
  const info = LISTED.get(symbol);
  if (info === undefined) throw new Error(`${symbol} is not listed`);
  return info;
};

function walked(symbol: string, seed: number, count: number): string[] {
  const walk = randomWalk(infoOf(symbol), seededRandom(seed));
  return Array.from({ length: count }, () => {
    const { price, quantity, buyerIsMaker } = walk.next().value;
    return `${price.toFixed()} ${quantity.toFixed()} ${buyerIsMaker}`;
  });
}

describe('randomWalk', () => {
  it('the same seed gives the same trades, and another seed others', () => {
    expect(walked('BTCUSDT', 7, 2_000)).toEqual(walked('BTCUSDT', 7, 2_000));
    expect(walked('BTCUSDT', 8, 2_000)).not.toEqual(walked('BTCUSDT', 7, 2_000));
  });

  it.each([...LISTED.keys()])(
    'every trade of %s could have been an order: on its grids and large enough',
    (symbol) => {
      const info = infoOf(symbol);
      const walk = randomWalk(info, seededRandom(3));
      for (let count = 0; count < 500; count++) {
        const { price, quantity } = walk.next().value;
        const isLegal =
          isOnStep(price, info.priceFilter.tickSize) &&
          isOnStep(quantity, info.lotSize.stepSize) &&
          price.gte(info.priceFilter.minPrice) &&
          price.lte(info.priceFilter.maxPrice) &&
          quantity.gte(info.lotSize.minQty) &&
          quantity.lte(info.lotSize.maxQty) &&
          price.times(quantity).gte(info.notional.minNotional);
        expect(isLegal ? 'legal' : `${price.toFixed()} ${quantity.toFixed()}`).toBe('legal');
      }
    },
  );

  it('there are quiet times and wild ones', () => {
    const ticks = walked('BTCUSDT', 1, 20_000).map((text) => Math.round(Number(text.split(' ')[0]) * 100));
    const moves = ticks.slice(1).map((tick, index) => Math.abs(tick - (ticks[index] ?? tick)));
    const stretches = Array.from({ length: 200 }, (_, index) =>
      Math.max(...moves.slice(100 * index, 100 * index + 100)),
    );
    expect(Math.min(...stretches)).toBe(1);
    expect(Math.max(...stretches)).toBe(25);
  });

  it('a seller is the aggressor when the price falls, a buyer when it rises', () => {
    const walk = randomWalk(infoOf('BTCUSDT'), seededRandom(2));
    let last = walk.next().value.price;
    for (let count = 0; count < 1_000; count++) {
      const { price, buyerIsMaker } = walk.next().value;
      if (!price.eq(last)) expect(buyerIsMaker).toBe(price.lt(last));
      last = price;
    }
  });
});

describe('RandomFeed', () => {
  it('a trade is due at its rate, and what was missed is caught up with for a quarter of a second at most', () => {
    const clock = new SimClock();
    const feed = new RandomFeed({
      ...{ info: infoOf('BTCUSDT'), random: seededRandom(1), tradesPerSecond: 100, clock },
    });
    const dueNow = () => {
      let due = 0;
      for (; feed.waitMs() === 0; due++) feed.advance();
      return due;
    };
    expect(dueNow()).toBe(1);
    clock.advance(9);
    expect(dueNow()).toBe(0);
    clock.advance(1);
    expect(dueNow()).toBe(1);
    clock.advance(100);
    expect(dueNow()).toBe(10);
    clock.advance(60_000);
    // The one that was due long ago, then a quarter of a second's worth.
    expect(dueNow()).toBe(27);
  });
});
