import { describe, expect, it } from '@jest/globals';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { inspectTree, PubSub, Supervisor, subscribeTo } from '../../src/otp/index.js';
import { tradeEvents } from '../../src/ports/topics.js';
import { type PublisherArg, publishersSpec, startPublisher } from '../../src/warehouse/publisher.js';
import { aGate, aSystem, aWorker, seenBy, settle } from '../support/actors.js';
import { batchesOf, tradesFrom } from '../support/trade-events.js';

function aPublisherTree(events: readonly TradeEvent[], more: Partial<PublisherArg> = {}) {
  const { system, clock, crashes } = aSystem();
  const pubsub = system.spawn(PubSub, undefined, 'PubSub');
  const publishers = system.spawn(Supervisor, { children: [publishersSpec()] }, 'DataWarehouse');
  const listener = aWorker(system, 'listener');
  subscribeTo(system, pubsub, tradeEvents('XRPUSDT'), listener);
  const arg: PublisherArg = {
    symbol: 'XRPUSDT',
    period: { fromMs: 0, toMs: 1_000_000_000 },
    open: () => batchesOf(events, 100),
    pubsub,
    intervalMs: 0,
    ...more,
  };
  return { system, clock, crashes, listener, publishers, arg };
}

const idsSeen = (listener: Parameters<typeof seenBy>[0]): number[] =>
  seenBy(listener).map((event) => (event as TradeEvent).tradeId);

describe('Publisher', () => {
  it('publishes every trade once and in order, and ends normally', async () => {
    const { system, listener, crashes, arg } = aPublisherTree(tradesFrom(1, 1_050));
    const publisher = await startPublisher(system, arg);
    await settle(system);
    expect(idsSeen(listener)).toEqual(Array.from({ length: 1_050 }, (_, index) => index + 1));
    expect(publisher.alive).toBe(false);
    expect(crashes).toEqual([]);
  });

  it('may be started again once it has ended, and not before', async () => {
    const { system, listener, arg } = aPublisherTree(tradesFrom(1, 10), { intervalMs: 1_000 });
    await startPublisher(system, arg);
    await expect(startPublisher(system, arg)).rejects.toThrow();
    await settle(system);
    await startPublisher(system, { ...arg, symbol: 'ADAUSDT' });
    await settle(system);
    expect(idsSeen(listener)).toEqual([1]);
  });

  it('leaves the interval between any two trades, also those of two batches', async () => {
    const { system, clock, listener, arg } = aPublisherTree(tradesFrom(1, 4), {
      intervalMs: 250,
      open: () => batchesOf(tradesFrom(1, 4), 2),
    });
    const publisher = await startPublisher(system, arg);
    await settle(system);
    for (let seen = 1; seen <= 4; seen++) {
      expect(idsSeen(listener)).toHaveLength(seen);
      clock.advance(249);
      await settle(system);
      expect(idsSeen(listener)).toHaveLength(seen);
      clock.advance(1);
      await settle(system);
    }
    expect(publisher.alive).toBe(false);
  });

  it('waits for the slowest subscriber', async () => {
    const { system, clock, listener, arg } = aPublisherTree(tradesFrom(1, 1_000), { inFlightMax: 20 });
    const gate = aGate();
    system.cast(listener, 'run', () => gate.promise);
    await startPublisher(system, arg);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    const waiting = inspectTree(system).find(({ name }) => name === 'listener')?.mailbox;
    expect(waiting).toBeGreaterThan(0);
    expect(waiting).toBeLessThanOrEqual(20);
    gate.open();
    await settle(system);
    for (let times = 0; times < 100; times++) {
      clock.advance(1);
      await settle(system);
    }
    expect(idsSeen(listener)).toHaveLength(1_000);
  });

  it('shows how far it is', async () => {
    const { system, arg } = aPublisherTree(tradesFrom(1, 10), { intervalMs: 1_000, total: 10 });
    await startPublisher(system, arg);
    await settle(system);
    const text = JSON.stringify(inspectTree(system));
    expect(text).toContain(
      '"state":{"symbol":"XRPUSDT","fromMs":0,"toMs":1000000000,"intervalMs":1000,"published":1,"total":10,"lastTradeTime":1000}',
    );
  });

  it('crashes with what reading throws, is not started again, and stops reading when it is stopped', async () => {
    async function* broken() {
      yield tradesFrom(1, 3);
      throw new Error('the database is gone');
    }
    const failing = aPublisherTree([], { open: broken });
    await startPublisher(failing.system, failing.arg);
    await settle(failing.system);
    expect(failing.crashes.map(({ error }) => error.message)).toEqual(['the database is gone']);
    expect(idsSeen(failing.listener)).toEqual([1, 2, 3]);

    let isClosed = false;
    async function* watched() {
      try {
        yield* batchesOf(tradesFrom(1, 10), 2);
      } finally {
        isClosed = true;
      }
    }
    const { system, arg } = aPublisherTree([], { open: watched, intervalMs: 1_000 });
    const publisher = await startPublisher(system, arg);
    await settle(system);
    system.kill(publisher, 'shutdown');
    await settle(system);
    expect(isClosed).toBe(true);
  });
});
