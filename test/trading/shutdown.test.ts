import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Position } from '../../src/strategy/position.js';
import {
  absent,
  cancelled,
  outcomeUnknown,
  placed,
  rateLimited,
  rejected,
  someSettings,
  startTestEngine,
  type TestEngine,
  unanswered,
  unavailable,
} from '../../src/testing/index.js';
import { actorNamed } from '../support/actors.js';

// 200 a chunk: 2 at 100, sold at 101, a rebuy below 99.
let engine: TestEngine;
let exchange: TestEngine['exchange'];
let timesTold: number;
beforeEach(() => {
  engine = startTestEngine();
  ({ exchange } = engine);
  timesTold = 0;
});
afterEach(async () => {
  exchange.verify();
  await engine.stop();
});

const start = (shuttingDown = false): Promise<void> =>
  engine.startSymbol('XRPUSDT', someSettings(), {
    shuttingDown,
    onShutDown: () => {
      timesTold++;
    },
  });
const phases = (): string[] => engine.cyclesOf().map(({ position }) => position.phase);
const results = (): string[] =>
  engine.ended.map(({ position }) => (position.phase === 'closed' ? position.result.kind : position.phase));
const isOver = () => {
  expect(phases()).toEqual([]);
  expect(timesTold).toBe(1);
};

/** A symbol with one trader, whose buy of 2 at 100 rests on the book. */
async function aBuy() {
  await start();
  const buy = exchange.expectOrder({ side: 'BUY' });
  await engine.trade();
  return buy;
}

/** A symbol with one trader, whose sell of 2 at 101 rests on the book. */
async function aSell() {
  const buy = await aBuy();
  const sell = exchange.expectOrder({ side: 'SELL' });
  await exchange.fill(buy);
  return sell;
}

const UNKNOWN_ORDER = rejected(-2011, 'Unknown order sent.');

describe('a shutdown', () => {
  it('ends what is flat, and nothing new starts', async () => {
    await start();
    expect(await engine.shutDown()).toBe(true);
    isOver();
    expect(results()).toEqual(['abandoned']);
    await engine.trade();
    expect(await engine.tradersOf()).toEqual([]);
    expect(exchange.orderRequests).toEqual([]);
  });

  it('cancels a buy that is not filled', async () => {
    await aBuy();
    exchange.expectCancel({ clientOrderId: 'test-1-B1' });
    await engine.shutDown();
    isOver();
    expect(engine.ended).toMatchObject([
      { position: { result: { kind: 'abandoned' }, buy: null, sell: null } },
    ]);
    expect(exchange.orders).toMatchObject([{ status: 'CANCELED' }]);
  });

  it('honours a fill that came before the cancel, and sells it', async () => {
    const buy = await aBuy();
    exchange.fillUntold(buy);
    exchange.expectCancel({}, UNKNOWN_ORDER);
    exchange.expectLookup({ clientOrderId: 'test-1-B1' });
    const sell = exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await engine.shutDown();
    expect([phases(), timesTold]).toEqual([['selling'], 0]);
    await exchange.fill(sell);
    isOver();
    expect(results()).toEqual(['sold']);
  });

  it('honours a fill that is told while the cancel is under way', async () => {
    const buy = await aBuy();
    const cancel = exchange.expectCancel({}, unanswered());
    await engine.shutDown();
    const sell = exchange.expectOrder({ side: 'SELL' });
    await exchange.fill(buy);
    exchange.expectLookup({ clientOrderId: 'test-1-B1' });
    await exchange.answer(cancel, UNKNOWN_ORDER);
    await engine.advance(10_000);
    await exchange.fill(sell);
    isOver();
    expect(results()).toEqual(['sold']);
  });

  it('cancels what is left of a partly filled buy, and sells the rest', async () => {
    const buy = await aBuy();
    await exchange.fill(buy, { quantity: '0.5' });
    const cancel = exchange.expectCancel();
    const sell = exchange.expectOrder({ side: 'SELL', price: '101', quantity: '0.5' });
    exchange.inOrder(cancel, sell);
    await engine.shutDown();
    expect([phases(), timesTold]).toEqual([['selling'], 0]);
    await exchange.fill(sell);
    isOver();
  });

  it('sells the part that was filled while the cancel was under way', async () => {
    const buy = await aBuy();
    const cancel = exchange.expectCancel({}, unanswered());
    await engine.shutDown();
    await exchange.fill(buy, { quantity: '0.7' });
    exchange.expectOrder({ side: 'SELL', quantity: '0.7' });
    await exchange.answer(cancel, cancelled());
    expect(phases()).toEqual(['selling']);
  });

  it('records as dust what is too little to be sold', async () => {
    const buy = await aBuy();
    await exchange.fill(buy, { quantity: '0.05' });
    exchange.expectCancel();
    await engine.shutDown();
    isOver();
    expect(results()).toEqual(['dust']);
  });

  it('goes on selling what was bought', async () => {
    const sell = await aSell();
    await engine.shutDown();
    expect([phases(), timesTold]).toEqual([['selling'], 0]);
    await exchange.fill(sell, { quantity: '1' });
    await engine.trade({ price: '50' });
    await exchange.fill(sell);
    isOver();
    expect(engine.lines.some(({ message }) => message === 'no rebuy, the symbol is shutting down')).toBe(
      true,
    );
  });

  it('gives up a parked buy', async () => {
    await start();
    exchange.expectOrder({}, rejected());
    await engine.trade();
    await engine.shutDown();
    isOver();
    expect(results()).toEqual(['abandoned']);
  });

  it('keeps a parked sell, tries it again at once, and when conditions change', async () => {
    const buy = await aBuy();
    exchange.expectOrder({ clientOrderId: 'test-1-S1' }, rejected());
    await exchange.fill(buy);
    exchange.expectOrder({ clientOrderId: 'test-1-S2' }, rejected());
    await engine.shutDown();
    expect([phases(), timesTold]).toEqual([['sell-parked'], 0]);
    const sell = exchange.expectOrder({ clientOrderId: 'test-1-S3' });
    await engine.conditionsChanged();
    await exchange.fill(sell);
    isOver();
  });

  it('is told when the last of several cycles has ended', async () => {
    const sell = await aSell();
    await engine.trade({ price: '98' });
    exchange.expectOrder({ price: '98' });
    await engine.trade({ price: '98' });
    exchange.expectCancel({ clientOrderId: 'test-2-B1' });
    await engine.shutDown();
    expect([phases(), timesTold]).toEqual([['selling'], 0]);
    await exchange.fill(sell);
    isOver();
    expect(results()).toEqual(['abandoned', 'sold']);
  });

  it('leaves the symbol’s tree to be stopped, after which it can be started again', async () => {
    await start();
    await engine.shutDown();
    expect(engine.trading.isTraded('XRPUSDT')).toBe(true);
    expect(await engine.stopSymbol()).toBe(true);
    expect(engine.trading.isTraded('XRPUSDT')).toBe(false);
    await start();
    expect(phases()).toEqual(['flat']);
  });

  it('is refused for a symbol that is not traded', async () => {
    expect(await engine.shutDown()).toBe(false);
    await start();
    await engine.stopSymbol();
    expect(await engine.shutDown()).toBe(false);
  });

  it('may be asked for twice', async () => {
    const sell = await aSell();
    await engine.shutDown();
    await engine.shutDown();
    await exchange.fill(sell);
    isOver();
  });
});

describe('a cancel that is not simply answered', () => {
  it.each([
    { name: 'the rate is limited', answer: rateLimited(700), looksUp: false, afterMs: 700 },
    { name: 'its outcome is unknown', answer: outcomeUnknown(), looksUp: true, afterMs: 1_000 },
    { name: 'it is refused while the buy is open', answer: rejected(-1013), looksUp: true, afterMs: 1_000 },
  ])('is tried again when $name', async ({ answer, looksUp, afterMs }) => {
    await aBuy();
    exchange.expectCancel({}, answer);
    if (looksUp) exchange.expectLookup();
    await engine.shutDown();
    await engine.advance(afterMs - 1);
    expect(phases()).toEqual(['buying']);
    exchange.expectCancel();
    await engine.advance(1);
    isOver();
  });

  it('ends the cycle when a look-up shows that it took effect', async () => {
    await aBuy();
    exchange.expectCancel({}, outcomeUnknown({ arrived: true }));
    exchange.expectLookup();
    await engine.shutDown();
    isOver();
    await engine.advance(10_000);
  });
});

describe('a buy that is not placed yet when the shutdown comes', () => {
  it('is not placed when its turn comes after the wait for the rate', async () => {
    await start();
    exchange.expectOrder({}, rateLimited(1_000));
    await engine.trade();
    exchange.expectCancel({}, UNKNOWN_ORDER);
    exchange.expectLookup({}, unavailable(60_000));
    await engine.shutDown();
    expect(phases()).toEqual(['buying']);
    await engine.advance(1_000);
    isOver();
    expect(exchange.orderRequests).toHaveLength(1);
  });

  it('is given up when the exchange is sure that it never arrived', async () => {
    await start();
    exchange.expectOrder({}, outcomeUnknown());
    exchange.expectLookup({}, unavailable(60_000));
    await engine.trade();
    exchange.expectCancel({}, UNKNOWN_ORDER);
    exchange.expectLookup({}, absent());
    await engine.shutDown();
    isOver();
  });

  it('is cancelled when its answer comes late', async () => {
    await start();
    const buy = exchange.expectOrder({}, unanswered());
    await engine.trade();
    exchange.expectCancel({}, UNKNOWN_ORDER);
    exchange.expectLookup({}, unavailable(60_000));
    await engine.shutDown();
    await exchange.answer(buy, placed());
    expect(phases()).toEqual(['buying']);
    exchange.expectCancel();
    await engine.advance(1_000);
    isOver();
  });
});

describe('started again to be shut down', () => {
  it('starts nothing when there is nothing, and says so at once', async () => {
    await start(true);
    isOver();
    await engine.trade();
    expect(engine.ended).toEqual([]);
  });

  it('takes up what is there, and nothing else', async () => {
    const sell = await aSell();
    await engine.stopSymbol();
    exchange.expectLookup({ clientOrderId: 'test-1-S1' });
    await start(true);
    expect([phases(), timesTold]).toEqual([['selling'], 0]);
    await engine.trade({ price: '90' });
    await exchange.fill(sell);
    isOver();
  });

  it('gives up a buy that was never sent', async () => {
    await start();
    exchange.expectOrder({}, unanswered());
    await engine.trade();
    await engine.stopSymbol();
    exchange.allowLookups(absent());
    exchange.allowCancels(UNKNOWN_ORDER);
    await start(true);
    isOver();
    expect(exchange.orders).toEqual([]);
    expect(results()).toEqual(['abandoned']);
  });

  it('is not over while one cycle is still to be taken up after another that had closed', async () => {
    const sell = await aSell();
    await engine.trade({ price: '98' });
    const second = exchange.expectOrder({ price: '98' });
    await engine.trade({ price: '98' });
    await engine.stopSymbol();
    // The first is closed, which its Leader did not live to hear.
    const first = engine.cycles.get(1);
    if (first.position.phase !== 'selling') throw new Error('it does not sell');
    exchange.fillUntold(sell);
    const { buy, sell: leg } = first.position;
    const closed: Position = { phase: 'closed', result: { kind: 'sold' }, rebuy: 'answered', buy, sell: leg };
    await engine.cycles.save(first, closed);
    exchange.fillUntold(second);
    exchange.allowLookups();
    exchange.allowCancels(UNKNOWN_ORDER);
    const last = exchange.expectOrder({ side: 'SELL', price: '98.98' });
    await start(true);
    expect([phases(), timesTold]).toEqual([['selling'], 0]);
    await exchange.fill(last);
    isOver();
    expect(results()).toEqual(['sold', 'sold']);
  });
});

const VICTIMS = ['Trader 1', 'Leader XRPUSDT', 'DynamicTraderSupervisor XRPUSDT', 'SymbolSupervisor XRPUSDT'];

const crash = (name: string): Promise<void> => engine.kill(actorNamed(engine.system, name));

describe.each(VICTIMS)('a crash of %s during a shutdown', (victim) => {
  it.each([
    { name: 'never arrived', arrived: false },
    { name: 'took effect', arrived: true },
  ])('ends a buy whose cancel $name', async ({ arrived }) => {
    await aBuy();
    exchange.expectCancel({}, unanswered({ arrived }));
    await engine.shutDown();
    exchange.allowLookups();
    exchange.allowCancels(arrived ? UNKNOWN_ORDER : cancelled());
    await crash(victim);
    isOver();
    expect(results()).toEqual(['abandoned']);
    expect(exchange.orderRequests).toHaveLength(1);
  });

  it('sells what was filled while nobody was there to hear of it', async () => {
    const buy = await aBuy();
    exchange.expectCancel({}, unanswered());
    await engine.shutDown();
    exchange.fillUntold(buy);
    exchange.allowLookups();
    exchange.allowCancels(UNKNOWN_ORDER);
    const sell = exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await crash(victim);
    expect([phases(), timesTold]).toEqual([['selling'], 0]);
    await exchange.fill(sell);
    isOver();
  });

  it('goes on selling, and then it is over', async () => {
    const sell = await aSell();
    await engine.shutDown();
    exchange.allowLookups();
    await crash(victim);
    await engine.trade({ price: '50' });
    expect([phases(), timesTold]).toEqual([['selling'], 0]);
    await exchange.fill(sell);
    isOver();
    expect(results()).toEqual(['sold']);
  });

  it('that sold meanwhile ends it', async () => {
    const sell = await aSell();
    await engine.shutDown();
    exchange.fillUntold(sell);
    exchange.allowLookups();
    await crash(victim);
    isOver();
  });
});

it('a shutdown that is asked for while the Leader is being started again is not lost', async () => {
  await start();
  const leader = engine.leader().whereis();
  if (leader === undefined) throw new Error('there is no Leader');
  engine.system.kill(leader, new Error('crashed'));
  expect(await engine.shutDown()).toBe(true);
  isOver();
});
