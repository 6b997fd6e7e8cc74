import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SteppedPacing } from '../../src/backtest/stepped-pacing.js';
import { type ExitReason, whichChildren } from '../../src/otp/index.js';
import type { Cycle } from '../../src/ports/cycle-store.js';
import type { Position } from '../../src/strategy/position.js';
import {
  absent,
  found,
  placed,
  rateLimited,
  rejected,
  someSettings,
  startTestEngine,
  type TestEngine,
  unanswered,
} from '../../src/testing/index.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';

// 200 a chunk: 2 at 100, sold at 101, a rebuy below 99.
let engine: TestEngine;
beforeEach(() => {
  engine = startTestEngine();
});
afterEach(async () => {
  engine.exchange.verify();
  await engine.stop();
});

const traderNames = async (): Promise<string[]> => (await engine.tradersOf()).map(({ name }) => name);
const leaderId = (): number | undefined => engine.leader().whereis()?.id;
const phases = (): string[] => engine.cyclesOf().map(({ position }) => position.phase);
const positionOf = (cycleId: number): Position => engine.cycles.get(cycleId).position;

/** Kills the trader that runs longest, as a crash of it would. */
async function killFirstTrader(reason?: ExitReason): Promise<void> {
  const [trader] = await engine.tradersOf();
  if (trader === undefined) throw new Error('no trader runs');
  await engine.kill(trader, reason);
}

describe('which traders run', () => {
  it('starts one trader, however many chunks there are', async () => {
    await engine.startSymbol();
    expect(await traderNames()).toEqual(['Trader 1']);
    expect(phases()).toEqual(['flat']);
  });

  it('replaces a trader whose cycle has closed by a flat one', async () => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    const sell = engine.exchange.expectOrder({ side: 'SELL' });
    await engine.trade();
    await engine.exchange.fill(buy);
    // Only told, not shown: the fresh trader would take the print as its first trade.
    await engine.exchange.tell(engine.exchange.fillUntold(sell).report);
    expect(await traderNames()).toEqual(['Trader 2']);
    expect(phases()).toEqual(['flat']);
  });

  it('replaces a trader that closed with dust too', async () => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    await engine.trade();
    await engine.exchange.tell(engine.exchange.fillUntold(buy, { quantity: '0.05' }).report);
    await engine.exchange.endOrder(buy);
    expect(await traderNames()).toEqual(['Trader 2']);
  });

  it('tells of a closed cycle once', async () => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder({ side: 'BUY' }, placed({ executedQuantity: '2' }));
    engine.exchange.expectOrder({ side: 'SELL' }, placed({ executedQuantity: '2' }));
    await engine.trade();
    expect(buy.met).toBe(true);
    expect(engine.ended).toMatchObject([{ id: 1, position: { phase: 'closed', result: { kind: 'sold' } } }]);
  });

  it('grants rebuys while chunks are free, refuses the rest, and a refused one is spent', async () => {
    await engine.startSymbol('XRPUSDT', someSettings({ chunks: 2, budget: '400' }));
    engine.exchange.expectOrder({ price: '100' });
    await engine.trade({ price: '100' });
    await engine.trade({ price: '98' });
    expect(await traderNames()).toEqual(['Trader 1', 'Trader 2']);

    engine.exchange.expectOrder({ price: '98' });
    await engine.trade({ price: '98' });
    await engine.trade({ price: '97' });
    expect(await traderNames()).toEqual(['Trader 1', 'Trader 2']);
    expect(engine.lines.filter(({ message }) => message === 'no rebuy, all chunks are in use')).toHaveLength(
      1,
    );

    // A chunk becomes free, but both have asked.
    const sell = engine.exchange.expectOrder({ side: 'SELL', price: '101' });
    const [first] = engine.exchange.orderRequests;
    if (first === undefined) throw new Error('nothing was bought');
    await engine.exchange.tell(engine.exchange.fillUntold(first).report);
    await engine.exchange.tell(engine.exchange.fillUntold(sell).report);
    engine.exchange.expectOrder({ side: 'BUY', price: '90' });
    await engine.trade({ price: '90' });
    expect(await traderNames()).toEqual(['Trader 2', 'Trader 3']);
  });

  it('lets a trader started during an event hear only the next', async () => {
    await engine.stop();
    const pacing = new SteppedPacing();
    engine = startTestEngine({ pacing });
    await engine.startSymbol();
    await engine.trade();
    expect(phases()).toEqual(['flat']);
    pacing.admitStarted();
    await engine.settle();
    engine.exchange.expectOrder();
    await engine.trade();
    expect(phases()).toEqual(['buying']);
  });

  it('wakes every parked trader when conditions change', async () => {
    engine.exchange.expectOrder({}, rejected());
    await engine.startSymbol();
    await engine.trade();
    expect(phases()).toEqual(['buy-parked']);
    await engine.conditionsChanged();
    expect(phases()).toEqual(['flat']);
  });

  it('gives up on a symbol that the exchange does not list, saying why', async () => {
    await engine.startSymbol('NOSUCH');
    expect(engine.crashes.map(({ error }) => error.message)).toContain('the exchange does not list NOSUCH');
    expect(engine.leader('NOSUCH').whereis()).toBeUndefined();
  });
});

describe('a trader that crashes comes back', () => {
  it('flat', async () => {
    await engine.startSymbol();
    await killFirstTrader();
    expect(await traderNames()).toEqual(['Trader 1']);
    engine.exchange.expectOrder({ clientOrderId: 'test-1-B1' });
    await engine.trade();
    expect(phases()).toEqual(['buying']);
  });

  it('with its buy under way, filled meanwhile', async () => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    await engine.trade();
    engine.exchange.fillUntold(buy);
    engine.exchange.expectLookup({ clientOrderId: 'test-1-B1' });
    engine.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await killFirstTrader();
    expect(phases()).toEqual(['selling']);
  });

  it('with its buy partly filled, and adds up the rest', async () => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    await engine.trade();
    const first = await engine.exchange.fill(buy, { quantity: '0.5' });
    engine.exchange.expectLookup();
    await killFirstTrader();
    await engine.exchange.tell(first.report);
    expect(positionOf(1)).toMatchObject({ phase: 'buying', buy: { orderId: 1, fills: [{ tradeId: -1 }] } });
    engine.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await engine.exchange.fill(buy);
  });

  it('with its sell under way, sold meanwhile, and is replaced', async () => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    const sell = engine.exchange.expectOrder({ side: 'SELL' });
    await engine.trade();
    await engine.exchange.fill(buy);
    engine.exchange.fillUntold(sell);
    engine.exchange.expectLookup({ clientOrderId: 'test-1-S1' });
    await killFirstTrader();
    expect(await traderNames()).toEqual(['Trader 2']);
    expect(phases()).toEqual(['flat']);
  });

  it.each([
    { leg: 'buy', arrived: true },
    { leg: 'buy', arrived: false },
    { leg: 'sell', arrived: true },
    { leg: 'sell', arrived: false },
  ])('with the placement of its $leg unanswered, arrived: $arrived', async ({ leg, arrived }) => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder(
      { side: 'BUY' },
      leg === 'buy' ? unanswered({ arrived }) : placed(),
    );
    await engine.trade();
    if (leg === 'sell') {
      engine.exchange.expectOrder({ side: 'SELL' }, unanswered({ arrived }));
      await engine.exchange.fill(buy);
    }
    const asked = engine.exchange.orderRequests.at(-1);
    engine.exchange.expectLookup({ clientOrderId: asked?.clientOrderId ?? '' }, arrived ? found() : absent());
    if (!arrived) engine.exchange.expectOrder({ clientOrderId: asked?.clientOrderId ?? '' });
    await killFirstTrader();
    expect(phases()).toEqual([leg === 'buy' ? 'buying' : 'selling']);
    expect(engine.exchange.orders.at(-1)?.clientOrderId).toBe(asked?.clientOrderId);
  });

  it('while it waits to place an order again, and places it when it is sure that there is none', async () => {
    engine.exchange.expectOrder({}, rateLimited(10_000));
    await engine.startSymbol();
    await engine.trade();
    engine.exchange.expectLookup({}, absent());
    engine.exchange.expectOrder({ clientOrderId: 'test-1-B1' });
    await killFirstTrader();
    await engine.advance(20_000);
    expect(phases()).toEqual(['buying']);
  });

  it('parked, with the reason, and does not ask the exchange', async () => {
    engine.exchange.expectOrder({}, rejected(-2010, 'no money'));
    await engine.startSymbol();
    await engine.trade();
    await killFirstTrader();
    expect(positionOf(1)).toMatchObject({ phase: 'buy-parked', why: { code: -2010, reason: 'no money' } });
    await engine.conditionsChanged();
    engine.exchange.expectOrder({ clientOrderId: 'test-2-B1' });
    await engine.trade();
  });

  it('with its rebuy spent', async () => {
    await engine.startSymbol();
    engine.exchange.expectOrder({ price: '100' });
    await engine.trade({ price: '100' });
    await engine.trade({ price: '98' });
    expect(await traderNames()).toEqual(['Trader 1', 'Trader 2']);
    engine.exchange.expectLookup();
    await killFirstTrader();
    engine.exchange.expectOrder({ price: '98' });
    await engine.trade({ price: '98' });
    expect(await traderNames()).toEqual(['Trader 2', 'Trader 1']);
  });

  it('and shows how often, and why, in the tree', async () => {
    await engine.startSymbol();
    await killFirstTrader(new Error('boom'));
    await killFirstTrader('killed');
    const supervisor = engine.system.registry.via('DynamicTraderSupervisor XRPUSDT');
    expect(await whichChildren(engine.system, supervisor)).toMatchObject([{ id: 'Trader 1', restarts: 2 }]);
    expect(engine.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: 'trader crashed, starting it again', fields: { traderId: 1, reason: 'Error: boom' } },
      { message: 'trader crashed, starting it again', fields: { traderId: 1, reason: 'killed' } },
    ]);
  });

  it('after a handler threw, with what it had written down', async () => {
    await engine.stop();
    engine = startTestEngine({ cycles: new TornStore('test') });
    await engine.startSymbol();
    // It could not write down that it buys, so it must not buy.
    await engine.trade();
    expect(engine.crashes).toMatchObject([{ during: 'info trade-event', error: { message: 'torn page' } }]);
    expect(phases()).toEqual(['flat']);
    engine.exchange.expectOrder({ clientOrderId: 'test-1-B1' });
    await engine.trade();
    expect(phases()).toEqual(['buying']);
  });

  it('is replaced when it crashed with its cycle closed and its end untold', async () => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    await engine.trade();
    const cycle = engine.cycles.get(1);
    const { position } = cycle;
    if (position.phase !== 'buying') throw new Error('it does not buy');
    await engine.cycles.save(cycle, {
      phase: 'closed',
      result: { kind: 'sold' },
      rebuy: 'unspent',
      buy: position.buy,
      sell: position.buy,
      earlierSells: [],
    });
    await killFirstTrader();
    expect(buy.met).toBe(true);
    expect(await traderNames()).toEqual(['Trader 2']);
  });
});

/** A store that fails to write, once. */
class TornStore extends MemoryCycleStore {
  private torn = false;
  override save(cycle: Cycle, position: Position): void {
    if (!this.torn) {
      this.torn = true;
      throw new Error('torn page');
    }
    super.save(cycle, position);
  }
}

describe('traders that keep crashing', () => {
  it('make the Leader give up, and its supervisor start it again', async () => {
    await engine.startSymbol();
    const leader = leaderId();
    for (let crash = 0; crash < 3; crash++) await killFirstTrader();
    expect(leaderId()).toBe(leader);
    await killFirstTrader();
    expect(engine.crashes.map(({ pid, error }) => `${pid.kind}: ${error.message}`)).toEqual([
      'Leader: trader 1 of XRPUSDT needed more than 3 restarts in 5 s',
    ]);
    expect(leaderId()).not.toBe(leader);
    expect(await traderNames()).toEqual(['Trader 1']);
  });

  it('do not, when they take their time', async () => {
    await engine.startSymbol();
    const leader = leaderId();
    for (let crash = 0; crash < 10; crash++) {
      await killFirstTrader();
      await engine.advance(2_000);
    }
    expect(leaderId()).toBe(leader);
  });

  it('are judged by the intensity that the symbol was given', async () => {
    await engine.stop();
    engine = startTestEngine({ intensity: { traders: { maxRestarts: 0, periodMs: 1 } } });
    await engine.startSymbol();
    const leader = leaderId();
    await killFirstTrader();
    expect(leaderId()).not.toBe(leader);
  });
});

it('says in every line which symbol it is about, and which cycle', async () => {
  await engine.startSymbol('XRPUSDT', someSettings({ chunks: 1, budget: '200' }));
  engine.exchange.expectOrder();
  await engine.trade();
  await engine.trade({ price: '90' });
  engine.exchange.expectLookup();
  await killFirstTrader();
  expect(engine.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'debug: the cycles of the symbol are taken up',
    'debug: cycle begins',
    'info: placing buy',
    'debug: buy is on the book',
    'info: asking for a rebuy',
    'info: no rebuy, all chunks are in use',
    'warn: trader crashed, starting it again',
    'info: cycle goes on',
    'debug: looking the order up',
  ]);
  const [ofLeader, ...ofTrader] = engine.lines;
  expect(ofLeader?.fields).toEqual({ symbol: 'XRPUSDT', cycles: 0 });
  for (const { fields } of ofTrader) expect(fields).toMatchObject({ symbol: 'XRPUSDT', traderId: 1 });
});

describe('the fee of a cycle', () => {
  const feeOf = (cycleId: number): string => engine.cycles.get(cycleId).settings.fee.toFixed();

  it('is that of the settings while the exchange does not say what it takes', async () => {
    await engine.startSymbol(undefined, someSettings({ fee: '0.0005' }));
    expect(feeOf(1)).toBe('0.0005');
  });

  it('is the account’s where the exchange says it, for the first, for a rebuy, and for what follows a closed one', async () => {
    engine.exchange.chargeCommission('0.002');
    await engine.startSymbol(undefined, someSettings({ fee: '0.0005' }));
    engine.exchange.allowOrders({ side: 'BUY' });
    // 100 x 1.002 x 1.01 x 1.002, cut to the tick.
    const sell = engine.exchange.expectOrder({ side: 'SELL', price: '101.4' });
    await engine.trade();
    await engine.trade({ price: '98' });
    const [buy] = engine.exchange.orderRequests;
    if (buy === undefined) throw new Error('nothing was bought');
    await engine.exchange.tell(engine.exchange.fillUntold(buy).report);
    await engine.exchange.tell(engine.exchange.fillUntold(sell).report);
    expect(engine.cyclesOf().map(({ id }) => `${id} ${feeOf(id)}`)).toEqual(['2 0.002', '3 0.002']);
  });

  it('leaves what was set otherwise as it is', async () => {
    engine.exchange.chargeCommission('0.002');
    const settings = someSettings({ fee: '0.0005', budget: '777' });
    await engine.startSymbol(undefined, settings);
    expect(JSON.stringify({ ...engine.cycles.get(1).settings, fee: settings.fee })).toBe(
      JSON.stringify(settings),
    );
  });
});
