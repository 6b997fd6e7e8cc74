import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buyPrice, buyQuantity, rebuyBelow, sellPrice } from '../../src/strategy/pricing.js';
import { aSymbol, decimal, someSettings } from '../../src/testing/index.js';
import {
  aLenientSymbol,
  budgetUnits,
  chunks,
  deepFrozen,
  fractionUnits,
  priceUnits,
  profitUnits,
  scaled,
  stepUnits,
} from '../support/arbitraries.js';

const RUNS = { numRuns: 500 };
const MILLION = 1_000_000n;
const isOnGrid = (value: string, step: bigint): boolean => decimal(value).mod(scaled(step, 8)).eq('0');

describe('buyPrice', () => {
  it.each([
    { name: 'goes down by the interval', last: '100', down: '0.01', tick: '0.01', want: '99' },
    {
      name: 'is cut down to the tick, never up',
      last: '19157.33',
      down: '0.01',
      tick: '0.01',
      want: '18965.75',
    },
    {
      name: 'stays when it is on the tick already',
      last: '0.4319',
      down: '0',
      tick: '0.0001',
      want: '0.4319',
    },
    { name: 'takes a tick that is no power of ten', last: '10.99', down: '0', tick: '0.25', want: '10.75' },
    { name: 'is not cut without a tick', last: '0.123456789', down: '0.1', tick: '0', want: '0.1111111101' },
    { name: 'is zero under one tick', last: '0.004', down: '0', tick: '0.01', want: '0' },
  ])('$name', ({ last, down, tick, want }) => {
    const price = buyPrice(
      decimal(last),
      someSettings({ buyDownInterval: down }),
      aSymbol({ tickSize: tick }),
    );
    expect(price.toFixed()).toBe(want);
  });

  it('is the largest legal price not above the wanted one, exactly', () => {
    fc.assert(
      fc.property(priceUnits, fractionUnits, stepUnits, (last, down, tick) => {
        const settings = { ...someSettings(), buyDownInterval: scaled(down, 6) };
        const price = buyPrice(scaled(last, 8), settings, aLenientSymbol(tick, 1n));
        const wanted = last * (MILLION - down);
        expect(price.toFixed()).toBe(scaled(wanted - (wanted % (tick * MILLION)), 14).toFixed());
        expect(isOnGrid(price.toFixed(), tick)).toBe(true);
        expect(price.lte(scaled(last, 8))).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('buyQuantity', () => {
  it.each([
    { name: 'spends one chunk', budget: '1000', chunks: 5, price: '100', step: '0.1', want: '2' },
    { name: 'is cut down to the step', budget: '100', chunks: 1, price: '3', step: '0.01', want: '33.33' },
    // 0.29 / 0.01 is 28.999999999999996 in binary floating point.
    { name: 'loses no step to rounding', budget: '0.29', chunks: 1, price: '1', step: '0.01', want: '0.29' },
    {
      name: 'divides once, so thirds do not add up',
      budget: '1',
      chunks: 3,
      price: '1',
      step: '0.1',
      want: '0.3',
    },
    { name: 'is zero under one step', budget: '9', chunks: 1, price: '100', step: '0.1', want: '0' },
    {
      name: 'takes the precision without a step',
      budget: '1',
      chunks: 3,
      price: '1',
      step: '0',
      want: '0.33333333',
    },
  ])('$name', ({ budget, chunks: count, price, step, want }) => {
    const quantity = buyQuantity(
      decimal(price),
      someSettings({ budget, chunks: count }),
      aSymbol({ stepSize: step }),
    );
    expect(quantity.toFixed()).toBe(want);
  });

  it('is the largest multiple of the step that one chunk of the budget pays, exactly', () => {
    fc.assert(
      fc.property(budgetUnits, chunks, priceUnits, stepUnits, (budget, count, price, step) => {
        const settings = { ...someSettings(), chunks: count, budget: scaled(budget, 8) };
        const quantity = buyQuantity(scaled(price, 8), settings, aLenientSymbol(1n, step));
        const steps = (budget * 100_000_000n) / (BigInt(count) * price * step);
        expect(quantity.toFixed()).toBe(scaled(steps * step, 8).toFixed());
        expect(isOnGrid(quantity.toFixed(), step)).toBe(true);
        expect(quantity.times(scaled(price, 8)).times(String(count)).lte(scaled(budget, 8))).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('sellPrice', () => {
  it.each([
    { name: 'adds the profit', bought: '100', profit: '0.01', fee: '0', tick: '0.01', want: '101' },
    {
      name: 'earns the fees of both legs',
      bought: '100',
      profit: '0',
      fee: '0.001',
      tick: '0.0001',
      want: '100.2001',
    },
    {
      name: 'is cut down to the tick',
      bought: '100',
      profit: '0',
      fee: '0.001',
      tick: '0.01',
      want: '100.2',
    },
    {
      name: 'may aim at a loss',
      bought: '0.4319',
      profit: '-0.0012',
      fee: '0.001',
      tick: '0.0001',
      want: '0.4322',
    },
    { name: 'is not cut without a tick', bought: '1', profit: '0.5', fee: '0.1', tick: '0', want: '1.815' },
  ])('$name', ({ bought, profit, fee, tick, want }) => {
    const settings = someSettings({ profitInterval: profit, fee });
    expect(sellPrice(decimal(bought), settings, aSymbol({ tickSize: tick })).toFixed()).toBe(want);
  });

  it('is the largest multiple of the tick not above buy price x (1 + fee)^2 x (1 + profit), exactly', () => {
    fc.assert(
      fc.property(priceUnits, fractionUnits, profitUnits, stepUnits, (bought, fee, profit, tick) => {
        const settings = { ...someSettings(), fee: scaled(fee, 6), profitInterval: scaled(profit, 6) };
        const price = sellPrice(scaled(bought, 8), settings, aLenientSymbol(tick, 1n));
        const wanted = bought * (MILLION + fee) * (MILLION + profit) * (MILLION + fee);
        expect(price.toFixed()).toBe(scaled(wanted - (wanted % (tick * MILLION ** 3n)), 26).toFixed());
        expect(isOnGrid(price.toFixed(), tick)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('rebuyBelow', () => {
  it('is the buy price less the interval, exactly and off the tick', () => {
    fc.assert(
      fc.property(priceUnits, fractionUnits, (bought, rebuy) => {
        const below = rebuyBelow(scaled(bought, 8), { ...someSettings(), rebuyInterval: scaled(rebuy, 6) });
        expect(below.toFixed()).toBe(scaled(bought * (MILLION - rebuy), 14).toFixed());
      }),
      RUNS,
    );
  });
});

it('changes none of its arguments', () => {
  const [info, settings, price] = deepFrozen([aSymbol(), someSettings(), decimal('100')] as const);
  const all = (): string[] =>
    [
      buyPrice(price, settings, info),
      buyQuantity(price, settings, info),
      sellPrice(price, settings, info),
      rebuyBelow(price, settings),
    ].map(String);
  expect(all()).toEqual(['100', '2', '101', '99']);
  expect(all()).toEqual(all());
});
