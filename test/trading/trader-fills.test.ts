import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  aFill,
  anOrder,
  found,
  rejected,
  someSettings,
  startTestEngine,
  type TestEngine,
  type TestTrader,
  unanswered,
  unavailable,
} from '../../src/testing/index.js';

// 200 a chunk: 2 at 100, sold at 101.
let engine: TestEngine;
beforeEach(() => {
  engine = startTestEngine();
});
afterEach(async () => {
  engine.exchange.verify();
  await engine.stop();
});

const FEE = { commission: '0.05', commissionAsset: 'XRP' };
const phaseOf = ({ position }: TestTrader): string => position.phase;
const lookups = (): number => engine.exchange.lookupRequests.length;

async function aBuyingTrader() {
  const buy = engine.exchange.expectOrder({ side: 'BUY', quantity: '2' });
  const trader = await engine.startTrader();
  await engine.trade({ price: '100' });
  return { trader, buy };
}

describe('fills that were not reported', () => {
  it('are known from a look-up, and what they took is not sold', async () => {
    const { trader, buy } = await aBuyingTrader();
    engine.exchange.fillUntold(buy, { quantity: '1.5', ...FEE });
    engine.exchange.fillUntold(buy, FEE);
    engine.exchange.expectLookup();
    // 2 less twice 0.05.
    engine.exchange.expectOrder({ side: 'SELL', quantity: '1.9' });
    await engine.exchange.resumeUserData();
    expect(phaseOf(trader)).toBe('selling');
  });

  it('are asked for at once when a report shows that one is missing, and the late report changes nothing', async () => {
    const { trader, buy } = await aBuyingTrader();
    const missed = engine.exchange.fillUntold(buy, { quantity: '1.5', ...FEE });
    engine.exchange.expectLookup();
    const sell = engine.exchange.expectOrder({ side: 'SELL', quantity: '1.9' });
    const told = await engine.exchange.fill(buy, FEE);
    await engine.exchange.tell(missed.report, told.report, missed.report);
    expect(engine.exchange.orderRequests).toHaveLength(2);
    await engine.exchange.fill(sell);
    expect(trader.position).toMatchObject({ phase: 'closed', result: { kind: 'sold' } });
  });

  it('are known from the answer to the placement', async () => {
    engine.exchange.expectOrder({ side: 'BUY' }, { kind: 'placed', executedQuantity: '2' });
    engine.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    const trader = await engine.startTrader();
    await engine.trade({ price: '100' });
    expect(phaseOf(trader)).toBe('selling');
  });

  it('are waited for when the exchange does not know them yet: nothing is sold, and it is not asked in a tight loop', async () => {
    const { trader, buy } = await aBuyingTrader();
    const { clientOrderId } = buy.request;
    const filled = { clientOrderId, status: 'FILLED', executedQuantity: '2' } as const;
    const [one, other] = [aFill({ quantity: '1.5', tradeId: 1 }), aFill({ quantity: '0.5', tradeId: 2 })];
    engine.exchange.expectLookup({}, found(anOrder(filled)));
    await engine.exchange.resumeUserData();
    expect([phaseOf(trader), lookups()]).toEqual(['buying', 1]);
    await engine.advance(999);
    expect(lookups()).toBe(1);
    engine.exchange.expectLookup({}, found(anOrder({ ...filled, fills: [one] })));
    await engine.advance(1);
    expect([phaseOf(trader), lookups()]).toEqual(['buying', 2]);
    engine.exchange.expectLookup({}, found(anOrder({ ...filled, fills: [one, other] })));
    engine.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await engine.advance(1_000);
    expect(phaseOf(trader)).toBe('selling');
    await engine.advance(60_000);
    expect(lookups()).toBe(3);
  });

  it('are still waited for at the same pace, however often everybody is told to look', async () => {
    const { buy } = await aBuyingTrader();
    const { clientOrderId } = buy.request;
    engine.exchange.allowLookups(found(anOrder({ clientOrderId, status: 'FILLED', executedQuantity: '2' })));
    for (let count = 0; count < 5; count++) await engine.exchange.resumeUserData();
    expect(lookups()).toBe(5);
    await engine.advance(1_000);
    await engine.advance(1_000);
    expect(lookups()).toBe(7);
  });

  it('are looked for again by whoever takes the cycle up', async () => {
    const { trader, buy } = await aBuyingTrader();
    const { clientOrderId } = buy.request;
    engine.exchange.expectLookup(
      {},
      found(anOrder({ clientOrderId, status: 'FILLED', executedQuantity: '2' })),
    );
    await engine.exchange.resumeUserData();
    await engine.kill(trader.pid);
    engine.exchange.fillUntold(buy, FEE);
    engine.exchange.expectLookup();
    engine.exchange.expectOrder({ side: 'SELL', quantity: '1.9' });
    const next = await engine.takeUp(trader.cycleId);
    expect(phaseOf(next)).toBe('selling');
  });

  it('of a buy that was filled whole are waited for through a shutdown, and nothing is cancelled', async () => {
    const { trader, buy } = await aBuyingTrader();
    const { clientOrderId } = buy.request;
    engine.exchange.expectLookup(
      {},
      found(anOrder({ clientOrderId, status: 'FILLED', executedQuantity: '2' })),
    );
    await engine.exchange.resumeUserData();
    engine.system.cast(trader.pid, 'shutDown', null);
    await engine.settle();
    engine.exchange.fillUntold(buy);
    engine.exchange.expectLookup();
    engine.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await engine.advance(1_000);
    expect(phaseOf(trader)).toBe('selling');
  });
});

describe('when orders are told of again', () => {
  it('a working order is looked up, and nothing else', async () => {
    const flat = await engine.startTrader();
    await engine.exchange.resumeUserData();
    expect(lookups()).toBe(0);
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    await engine.trade({ price: '100' });
    engine.exchange.expectLookup({ clientOrderId: buy.request.clientOrderId });
    await engine.exchange.resumeUserData();
    const sell = engine.exchange.expectOrder({ side: 'SELL' });
    await engine.exchange.fill(buy);
    engine.exchange.expectLookup({ clientOrderId: sell.request.clientOrderId });
    await engine.exchange.resumeUserData();
    expect(phaseOf(flat)).toBe('selling');
  });

  it('a working order is asked for by the exchange’s own id: once cancelled by somebody else, it may have lost ours', async () => {
    const { trader, buy } = await aBuyingTrader();
    const { orderId } = engine.exchange.orderOf(buy);
    engine.exchange.expectLookup(
      { orderId, clientOrderId: buy.request.clientOrderId },
      found(anOrder({ orderId, clientOrderId: buy.request.clientOrderId, status: 'CANCELED' })),
    );
    await engine.exchange.resumeUserData();
    expect(trader.position).toMatchObject({
      phase: 'buy-parked',
      why: { code: null, reason: 'the exchange ended the buy as CANCELED' },
    });
  });

  it('a parked cycle asks nothing', async () => {
    engine.exchange.expectOrder({ side: 'BUY' }, rejected());
    const trader = await engine.startTrader();
    await engine.trade({ price: '100' });
    await engine.exchange.resumeUserData();
    expect([phaseOf(trader), lookups()]).toEqual(['buy-parked', 0]);
  });

  it('an order that is being placed is left alone: it could be placed twice', async () => {
    const buy = engine.exchange.expectOrder({ side: 'BUY' }, unanswered());
    await engine.startTrader();
    await engine.trade({ price: '100' });
    await engine.exchange.resumeUserData();
    expect(lookups()).toBe(0);
    await engine.exchange.answer(buy, { kind: 'placed', executedQuantity: '0' });
  });

  it('it is not asked a second time while an answer is still to come, but after it', async () => {
    const { trader, buy } = await aBuyingTrader();
    const first = engine.exchange.expectLookup({}, unanswered());
    await engine.exchange.resumeUserData();
    await engine.exchange.resumeUserData();
    await engine.exchange.resumeUserData();
    expect(lookups()).toBe(1);
    // The first answer was given before the fill.
    const before = engine.exchange.orderOf(buy);
    engine.exchange.fillUntold(buy);
    engine.exchange.expectLookup();
    engine.exchange.expectOrder({ side: 'SELL' });
    await engine.exchange.answer(first, found(before));
    expect([phaseOf(trader), lookups()]).toEqual(['selling', 2]);
  });

  it('it is asked when a wait for the exchange is under way, and not once more after it', async () => {
    await aBuyingTrader();
    engine.exchange.expectLookup({}, unavailable(5_000));
    await engine.exchange.resumeUserData();
    engine.exchange.expectLookup();
    await engine.exchange.resumeUserData();
    await engine.advance(5_000);
    expect(lookups()).toBe(2);
  });

  it('every trader of every symbol hears of it', async () => {
    await engine.startSymbol('XRPUSDT', someSettings());
    engine.exchange.allowOrders();
    await engine.trade({ price: '100' });
    await engine.trade({ price: '98' });
    await engine.trade({ price: '98' });
    engine.exchange.allowLookups();
    await engine.exchange.resumeUserData();
    expect(lookups()).toBe(2);
  });
});
