import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  absent,
  found,
  outcomeUnknown,
  someSettings,
  startTestEngine,
  type TestEngine,
  unavailable,
} from '../../src/testing/index.js';

// 2 at 100, sold at 101; the fee is a thousandth of each leg.
let engine: TestEngine;
beforeEach(async () => {
  engine = startTestEngine();
  await engine.startSymbol('XRPUSDT', someSettings({ fee: '0.001' }));
});
afterEach(async () => {
  engine.exchange.verify();
  await engine.stop();
});

const said = (message: string) => engine.lines.filter((line) => line.message === message);
const messages = (level: string): string[] =>
  engine.lines.filter((line) => line.level === level).map(({ message }) => message);

async function aBuy() {
  const buy = engine.exchange.expectOrder({ side: 'BUY' });
  await engine.trade();
  return buy;
}

describe('the lines of a cycle', () => {
  it('tell its life at info: placed, filled, closed with what it earned', async () => {
    const buy = await aBuy();
    const sell = engine.exchange.expectOrder({ side: 'SELL' });
    await engine.exchange.fill(buy, { quantity: '0.5' });
    await engine.exchange.fill(buy);
    // Not shown as a public trade: the next cycle would take it as its first.
    await engine.exchange.tell(engine.exchange.fillUntold(sell).report);
    expect(messages('info')).toEqual([
      'placing buy',
      'buy filled',
      'placing sell',
      'sell filled',
      'cycle closed: sold',
    ]);
    const order = { symbol: 'XRPUSDT', traderId: 1, clientOrderId: 'test-1-B1', orderId: 1 };
    expect(said('buy is on the book')).toMatchObject([{ level: 'debug', fields: { ...order } }]);
    expect(said('buy partly filled')).toMatchObject([
      { level: 'debug', fields: { ...order, quantity: '2.00000000', filled: '0.50000000' } },
    ]);
    expect(said('buy filled')).toMatchObject([{ fields: { ...order, filled: '2.00000000' } }]);
    // 2 x (101.2 - 100) gross, or what the price is with the fee in it; a thousandth of what both legs were worth.
    const sold = engine.exchange.orderOf(sell).price.times('2');
    const fees = sold.plus('200').times('0.001');
    expect(said('cycle closed: sold')).toMatchObject([
      {
        fields: {
          symbol: 'XRPUSDT',
          traderId: 1,
          profit: sold.minus('200').minus(fees).toFixed(),
          fees: fees.toFixed(),
          quoteAsset: 'USDT',
        },
      },
    ]);
  });

  it('say once that an order is filled, however often and by whomever it is told', async () => {
    const buy = await aBuy();
    engine.exchange.expectOrder({ side: 'SELL' });
    const { report } = await engine.exchange.fill(buy);
    await engine.exchange.tell(report, report);
    expect(said('buy filled')).toHaveLength(1);
  });

  it('say once that an order is filled whose fills are told later than its end', async () => {
    const buy = await aBuy();
    engine.exchange.fillUntold(buy);
    const { fills, ...order } = engine.exchange.orderOf(buy);
    expect(fills).toHaveLength(1);
    engine.exchange.expectLookup({}, found({ ...order, fills: [] }));
    await engine.exchange.resumeUserData();
    expect(messages('info').at(-1)).toBe('buy filled');
    engine.exchange.expectLookup();
    engine.exchange.expectOrder({ side: 'SELL' });
    await engine.advance(1_000);
    expect(messages('info')).toEqual(['placing buy', 'buy filled', 'placing sell']);
  });

  it('tell that a buy was cancelled, with what it had filled, and that nothing was earned', async () => {
    const buy = await aBuy();
    await engine.exchange.fill(buy, { quantity: '0.05' });
    engine.exchange.expectCancel();
    await engine.shutDown();
    expect(messages('info')).toEqual([
      'placing buy',
      'cancelling',
      'buy cancelled',
      'cycle closed: 0.05 is too little to be sold again',
    ]);
    expect(said('buy cancelled')).toMatchObject([{ fields: { filled: '0.05000000' } }]);
    expect(engine.lines.at(-1)?.fields).toEqual({ symbol: 'XRPUSDT', traderId: 1 });
  });

  it('name the end that the exchange gave an order by itself', async () => {
    await engine.exchange.endOrder(await aBuy(), 'EXPIRED');
    expect(messages('info')).toEqual(['placing buy', 'buy was ended by the exchange as EXPIRED']);
    expect(messages('warn')).toEqual(['parked: the exchange ended the buy as EXPIRED']);
  });

  it('tell of look-ups, and of an order that never arrived', async () => {
    engine.exchange.expectOrder({}, outcomeUnknown());
    const first = engine.exchange.expectLookup({}, unavailable(700));
    const second = engine.exchange.expectLookup({}, absent());
    engine.exchange.inOrder(first, second);
    engine.exchange.expectOrder();
    await engine.trade();
    await engine.advance(700);
    expect(said('looking the order up')).toHaveLength(2);
    expect(said('looking the order up again later')).toMatchObject([
      { level: 'debug', fields: { clientOrderId: 'test-1-B1', waitMs: 700 } },
    ]);
    expect(said('the order never arrived')).toMatchObject([
      { level: 'info', fields: { traderId: 1, clientOrderId: 'test-1-B1' } },
    ]);
  });

  it('tell that a cycle goes on after a restart, and how it stands', async () => {
    await aBuy();
    engine.exchange.expectLookup();
    const [trader] = await engine.tradersOf();
    if (trader === undefined) throw new Error('a trader runs');
    await engine.kill(trader);
    expect(said('cycle goes on')).toMatchObject([
      { level: 'info', fields: { symbol: 'XRPUSDT', traderId: 1, phase: 'buying', buy: '100.00000000' } },
    ]);
  });

  it('are none for a trade that changes nothing', async () => {
    await aBuy();
    const before = engine.lines.length;
    for (let count = 0; count < 20; count++) await engine.trade({ price: '100.5' });
    expect(engine.lines).toHaveLength(before);
  });
});
