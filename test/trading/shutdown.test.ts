import { describe, expect, it } from '@jest/globals';
import type { Position } from '../../src/strategy/position.js';
import {
  absent,
  cancelled,
  outcomeUnknown,
  placed,
  rateLimited,
  rejected,
  unanswered,
  unavailable,
} from '../../src/testing/index.js';
import { shutdownStage, UNKNOWN_ORDER } from '../support/shutdown-stage.js';

const stage = shutdownStage();
const { start, aBuy, aSell, phases, results, isOver } = stage;

describe('a shutdown', () => {
  it('ends what is flat, and nothing new starts', async () => {
    await start();
    expect(await stage.engine.shutDown()).toBe(true);
    isOver();
    expect(results()).toEqual(['abandoned']);
    await stage.engine.trade();
    expect(await stage.engine.tradersOf()).toEqual([]);
    expect(stage.exchange.orderRequests).toEqual([]);
  });

  it('cancels a buy that is not filled', async () => {
    await aBuy();
    stage.exchange.expectCancel({ clientOrderId: 'test-1-B1' });
    await stage.engine.shutDown();
    isOver();
    expect(stage.engine.ended).toMatchObject([
      { position: { result: { kind: 'abandoned' }, buy: null, sell: null } },
    ]);
    expect(stage.exchange.orders).toMatchObject([{ status: 'CANCELED' }]);
  });

  it('honours a fill that came before the cancel, and sells it', async () => {
    const buy = await aBuy();
    stage.exchange.fillUntold(buy);
    stage.exchange.expectCancel({}, UNKNOWN_ORDER);
    stage.exchange.expectLookup({ clientOrderId: 'test-1-B1' });
    const sell = stage.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await stage.engine.shutDown();
    expect([phases(), stage.timesTold]).toEqual([['selling'], 0]);
    await stage.exchange.fill(sell);
    isOver();
    expect(results()).toEqual(['sold']);
  });

  it('honours a fill that is told while the cancel is under way', async () => {
    const buy = await aBuy();
    const cancel = stage.exchange.expectCancel({}, unanswered());
    await stage.engine.shutDown();
    const sell = stage.exchange.expectOrder({ side: 'SELL' });
    await stage.exchange.fill(buy);
    stage.exchange.expectLookup({ clientOrderId: 'test-1-B1' });
    await stage.exchange.answer(cancel, UNKNOWN_ORDER);
    await stage.engine.advance(10_000);
    await stage.exchange.fill(sell);
    isOver();
    expect(results()).toEqual(['sold']);
  });

  it('cancels what is left of a partly filled buy, and sells the rest', async () => {
    const buy = await aBuy();
    await stage.exchange.fill(buy, { quantity: '0.5' });
    const cancel = stage.exchange.expectCancel();
    const sell = stage.exchange.expectOrder({ side: 'SELL', price: '101', quantity: '0.5' });
    stage.exchange.inOrder(cancel, sell);
    await stage.engine.shutDown();
    expect([phases(), stage.timesTold]).toEqual([['selling'], 0]);
    await stage.exchange.fill(sell);
    isOver();
  });

  it('sells the part that was filled while the cancel was under way', async () => {
    const buy = await aBuy();
    const cancel = stage.exchange.expectCancel({}, unanswered());
    await stage.engine.shutDown();
    await stage.exchange.fill(buy, { quantity: '0.7' });
    stage.exchange.expectOrder({ side: 'SELL', quantity: '0.7' });
    await stage.exchange.answer(cancel, cancelled());
    expect(phases()).toEqual(['selling']);
  });

  it('records as dust what is too little to be sold', async () => {
    const buy = await aBuy();
    await stage.exchange.fill(buy, { quantity: '0.05' });
    stage.exchange.expectCancel();
    await stage.engine.shutDown();
    isOver();
    expect(results()).toEqual(['dust']);
  });

  it('goes on selling what was bought', async () => {
    const sell = await aSell();
    await stage.engine.shutDown();
    expect([phases(), stage.timesTold]).toEqual([['selling'], 0]);
    await stage.exchange.fill(sell, { quantity: '1' });
    await stage.engine.trade({ price: '50' });
    await stage.exchange.fill(sell);
    isOver();
    expect(
      stage.engine.lines.some(({ message }) => message === 'no rebuy, the symbol is shutting down'),
    ).toBe(true);
  });

  it('gives up a parked buy', async () => {
    await start();
    stage.exchange.expectOrder({}, rejected());
    await stage.engine.trade();
    await stage.engine.shutDown();
    isOver();
    expect(results()).toEqual(['abandoned']);
  });

  it('keeps a parked sell, tries it again at once, and when conditions change', async () => {
    const buy = await aBuy();
    stage.exchange.expectOrder({ clientOrderId: 'test-1-S1' }, rejected());
    await stage.exchange.fill(buy);
    stage.exchange.expectOrder({ clientOrderId: 'test-1-S2' }, rejected());
    await stage.engine.shutDown();
    expect([phases(), stage.timesTold]).toEqual([['sell-parked'], 0]);
    const sell = stage.exchange.expectOrder({ clientOrderId: 'test-1-S3' });
    await stage.engine.conditionsChanged();
    await stage.exchange.fill(sell);
    isOver();
  });

  it('is told when the last of several cycles has ended', async () => {
    const sell = await aSell();
    await stage.engine.trade({ price: '98' });
    stage.exchange.expectOrder({ price: '98' });
    await stage.engine.trade({ price: '98' });
    stage.exchange.expectCancel({ clientOrderId: 'test-2-B1' });
    await stage.engine.shutDown();
    expect([phases(), stage.timesTold]).toEqual([['selling'], 0]);
    await stage.exchange.fill(sell);
    isOver();
    expect(results()).toEqual(['abandoned', 'sold']);
  });

  it('leaves the symbol’s tree to be stopped, after which it can be started again', async () => {
    await start();
    await stage.engine.shutDown();
    expect(stage.engine.trading.isTraded('XRPUSDT')).toBe(true);
    expect(await stage.engine.stopSymbol()).toBe(true);
    expect(stage.engine.trading.isTraded('XRPUSDT')).toBe(false);
    await start();
    expect(phases()).toEqual(['flat']);
  });

  it('is refused for a symbol that is not traded', async () => {
    expect(await stage.engine.shutDown()).toBe(false);
    await start();
    await stage.engine.stopSymbol();
    expect(await stage.engine.shutDown()).toBe(false);
  });

  it('may be asked for twice', async () => {
    const sell = await aSell();
    await stage.engine.shutDown();
    await stage.engine.shutDown();
    await stage.exchange.fill(sell);
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
    stage.exchange.expectCancel({}, answer);
    if (looksUp) stage.exchange.expectLookup();
    await stage.engine.shutDown();
    await stage.engine.advance(afterMs - 1);
    expect(phases()).toEqual(['buying']);
    stage.exchange.expectCancel();
    await stage.engine.advance(1);
    isOver();
  });

  it('is tried again slower and slower: many that fail must leave room for the look-ups that settle them', async () => {
    await aBuy();
    stage.exchange.allowCancels(UNKNOWN_ORDER);
    stage.exchange.allowLookups(unavailable(60_000));
    await stage.engine.shutDown();
    const cancelsIn = async (ms: number): Promise<number> => {
      const before = stage.exchange.cancelRequests.length;
      await stage.engine.advance(ms);
      return stage.exchange.cancelRequests.length - before;
    };
    expect([await cancelsIn(1_000), await cancelsIn(1_999), await cancelsIn(1)]).toEqual([1, 0, 1]);
    // The longest wait is 30 s.
    for (let wait = 4_000; wait <= 16_000; wait *= 2) expect(await cancelsIn(wait)).toBe(1);
    expect([await cancelsIn(29_999), await cancelsIn(1), await cancelsIn(30_000)]).toEqual([0, 1, 1]);
    stage.exchange.expectCancel();
    await stage.engine.advance(30_000);
    isOver();
  });

  it('ends the cycle when a look-up shows that it took effect', async () => {
    await aBuy();
    stage.exchange.expectCancel({}, outcomeUnknown({ arrived: true }));
    stage.exchange.expectLookup();
    await stage.engine.shutDown();
    isOver();
    await stage.engine.advance(10_000);
  });
});

describe('a buy that is not placed yet when the shutdown comes', () => {
  it('is not placed when its turn comes after the wait for the rate', async () => {
    await start();
    stage.exchange.expectOrder({}, rateLimited(1_000));
    await stage.engine.trade();
    stage.exchange.expectCancel({}, UNKNOWN_ORDER);
    stage.exchange.expectLookup({}, unavailable(60_000));
    await stage.engine.shutDown();
    expect(phases()).toEqual(['buying']);
    await stage.engine.advance(1_000);
    isOver();
    expect(stage.exchange.orderRequests).toHaveLength(1);
  });

  it('is given up when the exchange is sure that it never arrived', async () => {
    await start();
    stage.exchange.expectOrder({}, outcomeUnknown());
    stage.exchange.expectLookup({}, unavailable(60_000));
    await stage.engine.trade();
    stage.exchange.expectCancel({}, UNKNOWN_ORDER);
    stage.exchange.expectLookup({}, absent());
    await stage.engine.shutDown();
    isOver();
  });

  it('is cancelled when its answer comes late', async () => {
    await start();
    const buy = stage.exchange.expectOrder({}, unanswered());
    await stage.engine.trade();
    stage.exchange.expectCancel({}, UNKNOWN_ORDER);
    stage.exchange.expectLookup({}, unavailable(60_000));
    await stage.engine.shutDown();
    await stage.exchange.answer(buy, placed());
    expect(phases()).toEqual(['buying']);
    stage.exchange.expectCancel();
    await stage.engine.advance(1_000);
    isOver();
  });
});

describe('started again to be shut down', () => {
  it('starts nothing when there is nothing, and says so at once', async () => {
    await start(true);
    isOver();
    await stage.engine.trade();
    expect(stage.engine.ended).toEqual([]);
  });

  it('takes up what is there, and nothing else', async () => {
    const sell = await aSell();
    await stage.engine.stopSymbol();
    stage.exchange.expectLookup({ clientOrderId: 'test-1-S1' });
    await start(true);
    expect([phases(), stage.timesTold]).toEqual([['selling'], 0]);
    await stage.engine.trade({ price: '90' });
    await stage.exchange.fill(sell);
    isOver();
  });

  it('gives up a buy that was never sent', async () => {
    await start();
    stage.exchange.expectOrder({}, unanswered());
    await stage.engine.trade();
    await stage.engine.stopSymbol();
    stage.exchange.allowLookups(absent());
    stage.exchange.allowCancels(UNKNOWN_ORDER);
    await start(true);
    isOver();
    expect(stage.exchange.orders).toEqual([]);
    expect(results()).toEqual(['abandoned']);
  });

  it('is not over while one cycle is still to be taken up after another that had closed', async () => {
    const sell = await aSell();
    await stage.engine.trade({ price: '98' });
    const second = stage.exchange.expectOrder({ price: '98' });
    await stage.engine.trade({ price: '98' });
    await stage.engine.stopSymbol();
    // The first is closed, which its Leader did not live to hear.
    const first = stage.engine.cycles.get(1);
    if (first.position.phase !== 'selling') throw new Error('it does not sell');
    stage.exchange.fillUntold(sell);
    const { buy, sell: leg } = first.position;
    const closed: Position = {
      phase: 'closed',
      result: { kind: 'sold' },
      rebuy: 'answered',
      buy,
      sell: leg,
      earlierSells: [],
    };
    await stage.engine.cycles.save(first, closed);
    stage.exchange.fillUntold(second);
    stage.exchange.allowLookups();
    stage.exchange.allowCancels(UNKNOWN_ORDER);
    const last = stage.exchange.expectOrder({ side: 'SELL', price: '98.98' });
    await start(true);
    expect([phases(), stage.timesTold]).toEqual([['selling'], 0]);
    await stage.exchange.fill(last);
    isOver();
    expect(results()).toEqual(['sold', 'sold']);
  });
});
