import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  absent,
  anExecutionReport,
  crashes,
  found,
  outcomeUnknown,
  rateLimited,
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

const phaseOf = ({ position }: TestTrader): string => position.phase;

describe('a placement that is not simply answered', () => {
  it('is placed again after the wait when the rate is limited', async () => {
    engine.exchange.expectOrder({ side: 'BUY' }, rateLimited(7_000));
    const trader = await engine.startTrader();
    await engine.trade();
    await engine.advance(6_999);
    expect(engine.exchange.orderRequests).toHaveLength(1);
    engine.exchange.expectOrder({ side: 'BUY' }, rateLimited(500));
    await engine.advance(1);
    engine.exchange.expectOrder({ side: 'BUY' });
    await engine.advance(500);
    expect(phaseOf(trader)).toBe('buying');
    expect(new Set(engine.exchange.orderRequests.map(({ clientOrderId }) => clientOrderId))).toEqual(
      new Set(['test-1-B1']),
    );
  });

  it('is looked up when the outcome is unknown, and not placed again when it is found', async () => {
    engine.exchange.expectOrder({}, outcomeUnknown({ arrived: true }));
    engine.exchange.expectLookup({ clientOrderId: 'test-1-B1' });
    const trader = await engine.startTrader();
    await engine.trade();
    expect(trader.position).toMatchObject({ phase: 'buying', buy: { orderId: 1 } });
  });

  it('is placed, under the same id, when the look-up is sure that it never arrived', async () => {
    const lost = engine.exchange.expectOrder({}, outcomeUnknown());
    const lookup = engine.exchange.expectLookup({}, absent());
    const again = engine.exchange.expectOrder({ clientOrderId: 'test-1-B1' });
    engine.exchange.inOrder(lost, lookup, again);
    await engine.startTrader();
    await engine.trade();
  });

  it('is looked up again after the wait when the look-up is not available', async () => {
    engine.exchange.expectOrder({}, outcomeUnknown({ arrived: true }));
    engine.exchange.expectLookup({}, unavailable(3_000));
    const trader = await engine.startTrader();
    await engine.trade();
    await engine.advance(2_999);
    expect(trader.position).toMatchObject({ buy: { orderId: null } });
    engine.exchange.expectLookup();
    await engine.advance(1);
    expect(trader.position).toMatchObject({ buy: { orderId: 1 } });
  });

  it('is looked up when no answer comes in time', async () => {
    engine.exchange.expectOrder({}, unanswered({ arrived: true }));
    const trader = await engine.startTrader();
    await engine.trade();
    engine.exchange.expectLookup();
    await engine.advance(6_000);
    expect(trader.position).toMatchObject({ buy: { orderId: 1 } });
  });

  it.each([
    { name: 'before the order arrived', arrived: false },
    { name: 'after the order arrived', arrived: true },
  ])('is looked up when the exchange crashes $name', async ({ arrived }) => {
    engine.exchange.expectOrder({}, crashes({ arrived }));
    // The exchange is being started again.
    const trader = await engine.startTrader();
    engine.exchange.allowLookups();
    if (!arrived) engine.exchange.expectOrder({ clientOrderId: 'test-1-B1' });
    await engine.trade();
    await engine.advance(1_000);
    expect(trader.position).toMatchObject({ buy: { orderId: 1 } });
    expect(engine.crashes.map(({ pid }) => pid.kind)).toEqual(['MockedExchange']);
  });

  it('sells at once when the look-up shows it filled', async () => {
    const buy = engine.exchange.expectOrder({}, outcomeUnknown({ arrived: true }));
    const lookup = engine.exchange.expectLookup({}, unanswered());
    const trader = await engine.startTrader();
    await engine.trade();
    engine.exchange.fillUntold(buy);
    engine.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await engine.exchange.answer(lookup, found());
    expect(phaseOf(trader)).toBe('selling');
  });

  it('is not placed again when the order was reported while the look-up that calls it absent was under way', async () => {
    const buy = engine.exchange.expectOrder({}, outcomeUnknown({ arrived: true }));
    const lookup = engine.exchange.expectLookup({}, unanswered());
    const trader = await engine.startTrader();
    await engine.trade();
    await engine.exchange.reportNew(buy);
    await engine.exchange.answer(lookup, absent());
    expect(phaseOf(trader)).toBe('buying');
    expect(engine.exchange.orderRequests).toHaveLength(1);
    expect(engine.lines.findLast(({ level }) => level === 'warn')).toMatchObject({
      message: 'the exchange has lost an order, looking it up again',
    });
    engine.exchange.expectLookup();
    await engine.advance(60_000);
  });

  it('is not placed again after the wait when the order was reported meanwhile', async () => {
    engine.exchange.expectOrder({ clientOrderId: 'test-1-B1' }, rateLimited(1_000));
    const trader = await engine.startTrader();
    await engine.trade();
    await engine.exchange.tell(
      anExecutionReport({ executionType: 'CANCELED', orderStatus: 'CANCELED', clientOrderId: 'test-1-B1' }),
    );
    expect(phaseOf(trader)).toBe('buy-parked');
    await engine.advance(1_000);
    expect(engine.exchange.orderRequests).toHaveLength(1);
  });
});
