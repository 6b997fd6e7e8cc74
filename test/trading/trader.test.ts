import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  aSymbol,
  found,
  placed,
  rejected,
  someSettings,
  startTestEngine,
  type TestEngine,
  type TestTrader,
  unanswered,
} from '../../src/testing/index.js';

// 200 a chunk: 2 at 100, sold at 101, a rebuy below 99.
let engine: TestEngine;
beforeEach(() => {
  engine = startTestEngine();
});
afterEach(async () => {
  engine.exchange.verify();
  await engine.stop();
});

/** A trader whose buy of 2 at 100 rests on the book. */
async function aBuyingTrader(): Promise<{
  trader: TestTrader;
  buy: ReturnType<TestEngine['exchange']['expectOrder']>;
}> {
  const buy = engine.exchange.expectOrder({ side: 'BUY', price: '100', quantity: '2' });
  const trader = await engine.startTrader();
  await engine.trade({ price: '100' });
  return { trader, buy };
}

/** A trader whose sell of 2 at 101 rests on the book. */
async function aSellingTrader() {
  const { trader, buy } = await aBuyingTrader();
  const sell = engine.exchange.expectOrder({ side: 'SELL', price: '101', quantity: '2' });
  await engine.exchange.fill(buy);
  return { trader, buy, sell };
}

const phaseOf = ({ position }: TestTrader): string => position.phase;
const filledOf = ({ position }: TestTrader): string | undefined =>
  position.phase === 'buying' || position.phase === 'selling' ? position.buy.filled.toFixed() : undefined;

describe('buying', () => {
  it('buys on the first trade it sees, and on no other', async () => {
    const { trader } = await aBuyingTrader();
    await engine.trade({ price: '99.5' });
    await engine.trade({ price: '100' });
    expect(phaseOf(trader)).toBe('buying');
    expect(engine.exchange.orderRequests).toHaveLength(1);
  });

  it('buys once although a second trade comes before the exchange has answered', async () => {
    const buy = engine.exchange.expectOrder({}, unanswered());
    const trader = await engine.startTrader();
    await engine.trade();
    await engine.trade();
    await engine.exchange.answer(buy, placed());
    expect(phaseOf(trader)).toBe('buying');
  });

  it('does not hear trades of another symbol', async () => {
    const trader = await engine.startTrader();
    await engine.trade({ symbol: 'ETHUSDT' });
    expect(phaseOf(trader)).toBe('flat');
  });

  it('parks without asking the exchange when the order would break a rule', async () => {
    const trader = await engine.startTrader({ settings: someSettings({ budget: '40' }) });
    await engine.trade({ price: '10' });
    expect(trader.position).toMatchObject({
      phase: 'buy-parked',
      why: { code: -1013, reason: 'Filter failure: MIN_NOTIONAL' },
    });
  });

  it('parks with the reason when it is rejected, and does not try again by itself', async () => {
    engine.exchange.expectOrder({ side: 'BUY' }, rejected(-2010, 'Account has insufficient balance'));
    const trader = await engine.startTrader();
    await engine.trade();
    await engine.trade();
    await engine.advance(3_600_000);
    expect(trader.position).toMatchObject({
      phase: 'buy-parked',
      why: { code: -2010, reason: 'Account has insufficient balance' },
    });
    expect(engine.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: 'parked: Account has insufficient balance',
      fields: { code: -2010 },
    });
  });

  it('buys at the next trade after conditions changed, under another client order id', async () => {
    engine.exchange.expectOrder({ clientOrderId: 'test-1-B1' }, rejected());
    const trader = await engine.startTrader();
    await engine.trade();
    await engine.conditionsChanged(trader);
    expect(phaseOf(trader)).toBe('flat');
    engine.exchange.expectOrder({ clientOrderId: 'test-1-B2', price: '98' });
    await engine.trade({ price: '98' });
    expect(phaseOf(trader)).toBe('buying');
  });

  it.each(['CANCELED', 'EXPIRED', 'REJECTED'] as const)(
    'parks when the exchange ends the unfilled buy as %s',
    async (status) => {
      const { trader, buy } = await aBuyingTrader();
      await engine.exchange.endOrder(buy, status);
      expect(trader.position).toMatchObject({
        phase: 'buy-parked',
        why: { code: null, reason: `the exchange ended the buy as ${status}` },
        next: { attempt: 2 },
      });
    },
  );

  it('sells what was bought before the exchange ended the buy', async () => {
    const { trader, buy } = await aBuyingTrader();
    await engine.exchange.fill(buy, { quantity: '1.5' });
    engine.exchange.expectOrder({ side: 'SELL', quantity: '1.5' });
    await engine.exchange.endOrder(buy);
    expect(phaseOf(trader)).toBe('selling');
  });
});

describe('fills', () => {
  it('adds up partial fills and sells once, when the buy is complete', async () => {
    const { trader, buy } = await aBuyingTrader();
    await engine.exchange.fill(buy, { quantity: '0.5' });
    await engine.exchange.fill(buy, { quantity: '0.7' });
    expect([phaseOf(trader), filledOf(trader)]).toEqual(['buying', '1.2']);
    engine.exchange.expectOrder({ side: 'SELL', price: '101', quantity: '2' });
    await engine.exchange.fill(buy);
    expect([phaseOf(trader), filledOf(trader)]).toEqual(['selling', '2']);
  });

  it('counts a fill told twice once', async () => {
    const { trader, buy } = await aBuyingTrader();
    const first = engine.exchange.fillUntold(buy, {
      quantity: '1.5',
      commission: '0.1',
      commissionAsset: 'XRP',
    });
    await engine.exchange.tell(first.report, first.report);
    expect(filledOf(trader)).toBe('1.5');
    const last = engine.exchange.fillUntold(buy);
    engine.exchange.expectOrder({ side: 'SELL', quantity: '1.9' });
    await engine.exchange.tell(last.report, last.report, first.report);
    expect(phaseOf(trader)).toBe('selling');
  });

  it('sells less the commission taken in the base asset, cut down to the step', async () => {
    const { buy } = await aBuyingTrader();
    engine.exchange.expectOrder({ side: 'SELL', quantity: '1.9' });
    await engine.exchange.fill(buy, { commission: '0.002', commissionAsset: 'XRP' });
  });

  it('sells all of it when the commission is taken in another asset', async () => {
    const { buy } = await aBuyingTrader();
    engine.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await engine.exchange.fill(buy, { commission: '0.002', commissionAsset: 'BNB' });
  });

  it('sells when the fill is reported before the placement is answered', async () => {
    const buy = engine.exchange.expectOrder({ side: 'BUY' }, unanswered({ arrived: true }));
    const trader = await engine.startTrader();
    await engine.trade();
    engine.exchange.expectOrder({ side: 'SELL' });
    await engine.exchange.fill(buy);
    await engine.exchange.answer(buy, placed());
    expect(phaseOf(trader)).toBe('selling');
  });

  it('goes by the report when a late answer says that the order was refused', async () => {
    const buy = engine.exchange.expectOrder({}, unanswered({ arrived: true }));
    const trader = await engine.startTrader();
    await engine.trade();
    await engine.exchange.fill(buy, { quantity: '1' });
    await engine.exchange.answer(buy, rejected(-2010, 'Duplicate order sent.'));
    expect([phaseOf(trader), filledOf(trader)]).toEqual(['buying', '1']);
  });

  it('sells when the answer to the placement says that it is filled', async () => {
    engine.exchange.expectOrder({ side: 'BUY' }, placed({ executedQuantity: '2' }));
    engine.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    const trader = await engine.startTrader();
    await engine.trade();
    expect(phaseOf(trader)).toBe('selling');
  });

  it('is not moved by reports on the order of another', async () => {
    const { trader, buy } = await aBuyingTrader();
    const { report } = engine.exchange.fillUntold(buy);
    await engine.exchange.tell({ ...report, clientOrderId: 'somebody-1-B1' });
    expect(filledOf(trader)).toBe('0');
  });
});

describe('selling', () => {
  it('ends normally when all is sold', async () => {
    const { trader, sell } = await aSellingTrader();
    await engine.exchange.fill(sell, { quantity: '0.5' });
    expect([phaseOf(trader), trader.pid.alive]).toEqual(['selling', true]);
    await engine.exchange.fill(sell);
    expect(trader.position).toMatchObject({ phase: 'closed', result: { kind: 'sold' } });
    expect(trader.pid.alive).toBe(false);
    expect(engine.crashes).toEqual([]);
  });

  it('parks the sell when it is rejected, and tries it again when conditions change, under another id', async () => {
    const { trader, buy } = await aBuyingTrader();
    engine.exchange.expectOrder({ clientOrderId: 'test-1-S1' }, rejected());
    await engine.exchange.fill(buy);
    await engine.trade();
    expect(phaseOf(trader)).toBe('sell-parked');
    engine.exchange.expectOrder({ clientOrderId: 'test-1-S2', side: 'SELL', quantity: '2' });
    await engine.conditionsChanged(trader);
    expect(phaseOf(trader)).toBe('selling');
  });

  it('parks what is left when the exchange ends the sell, and sells that when conditions change', async () => {
    const { trader, sell } = await aSellingTrader();
    await engine.exchange.fill(sell, { quantity: '0.5' });
    await engine.exchange.endOrder(sell, 'EXPIRED');
    expect(trader.position).toMatchObject({
      phase: 'sell-parked',
      why: { reason: 'the exchange ended the sell as EXPIRED, 0.5 of 2 sold' },
    });
    engine.exchange.expectOrder({ side: 'SELL', quantity: '1.5', clientOrderId: 'test-1-S2' });
    await engine.conditionsChanged(trader);
  });

  it.each([
    { name: 'under one lot', fill: '0.05', dust: '0.05' },
    { name: 'under the least notional', fill: '0.09', dust: '0.09' },
  ])('closes with dust what is $name', async ({ fill, dust }) => {
    const { trader, buy } = await aBuyingTrader();
    await engine.exchange.fill(buy, { quantity: fill });
    await engine.exchange.endOrder(buy);
    expect(trader.position).toMatchObject({ phase: 'closed', result: { kind: 'dust' }, sell: null });
    expect(trader.position.phase === 'closed' && trader.position.result).toMatchObject({ kind: 'dust' });
    expect(engine.lines.at(-1)?.message).toBe(`cycle closed: ${dust} is too little to be sold again`);
    expect(trader.pid.alive).toBe(false);
  });

  it('closes with dust what is worth less than the least notional', async () => {
    engine.exchange.list(aSymbol({ minNotional: '150' }));
    const { trader, buy } = await aBuyingTrader();
    await engine.exchange.fill(buy, { quantity: '1.4' });
    await engine.exchange.endOrder(buy);
    expect(trader.position).toMatchObject({ phase: 'closed', result: { kind: 'dust' } });
  });
});

describe('rebuy', () => {
  it('is asked for once, by a trade strictly below the trigger', async () => {
    const { trader } = await aBuyingTrader();
    await engine.trade({ price: '99' });
    expect(trader.rebuysAsked).toBe(0);
    await engine.trade({ price: '98.99' });
    expect(trader.rebuysAsked).toBe(1);
    await engine.trade({ price: '90' });
    expect(trader.rebuysAsked).toBe(1);
  });

  it('is asked for while selling too, but once in the whole cycle', async () => {
    const { trader } = await aSellingTrader();
    await engine.trade({ price: '98' });
    await engine.trade({ price: '97' });
    expect(trader.rebuysAsked).toBe(1);
  });

  it('is asked for by the print of somebody else’s fill, not by that of its own', async () => {
    const { trader, buy } = await aBuyingTrader();
    // Filled better than asked for, so that its own print lies below the trigger.
    await engine.exchange.fill(buy, { quantity: '1', price: '98' });
    expect(trader.rebuysAsked).toBe(0);
    await engine.trade({ price: '98', tradeId: -77, origin: 'mock-print' });
    expect(trader.rebuysAsked).toBe(1);
  });

  it('is not asked for by its own print when the answer showed the fill before the report did', async () => {
    const buy = engine.exchange.expectOrder({ side: 'BUY' }, unanswered({ arrived: true }));
    const trader = await engine.startTrader();
    await engine.trade();
    const { report, print } = engine.exchange.fillUntold(buy, { price: '98' });
    engine.exchange.expectOrder({ side: 'SELL' });
    // The order as a whole first, then the report of its fill, then the print.
    const order = engine.exchange.orderOf(buy);
    engine.exchange.expectLookup({}, found(order));
    await engine.advance(6_000);
    expect(phaseOf(trader)).toBe('selling');
    await engine.exchange.tell(report, print);
    expect(trader.rebuysAsked).toBe(0);
  });

  it('stays spent when the buy is parked and tried again', async () => {
    const { trader, buy } = await aBuyingTrader();
    await engine.trade({ price: '98' });
    await engine.exchange.endOrder(buy);
    await engine.conditionsChanged(trader);
    engine.exchange.expectOrder({ side: 'BUY', price: '98' });
    await engine.trade({ price: '98' });
    await engine.trade({ price: '90' });
    expect(trader.rebuysAsked).toBe(1);
  });
});

it('says in every line which symbol and which trader it is about', async () => {
  const { sell } = await aSellingTrader();
  await engine.trade({ price: '98' });
  await engine.exchange.fill(sell);
  const saidAt = (level: string) =>
    engine.lines.filter((line) => line.level === level).map(({ message }) => message);
  expect(saidAt('info')).toEqual([
    'placing buy',
    'buy filled',
    'placing sell',
    'asking for a rebuy',
    'sell filled',
    'cycle closed: sold',
  ]);
  expect(saidAt('debug')).toEqual(['cycle goes on, flat', 'buy is on the book', 'sell is on the book']);
  for (const { fields } of engine.lines) expect(fields).toMatchObject({ symbol: 'XRPUSDT', traderId: 1 });
});
