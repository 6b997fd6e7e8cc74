import { afterEach, describe, expect, it } from '@jest/globals';
import { type CycleStore, someSettings, startTestEngine, type TestEngine } from '../../src/testing/index.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';

/** Answers with promises, as a database does. */
function slowStore(): CycleStore {
  const inner = new MemoryCycleStore('test');
  return {
    orderIdPrefix: inner.orderIdPrefix,
    lead: async (symbol) => inner.lead(symbol),
    takeUp: async (leadership, id) => inner.takeUp(leadership, id),
    openFirst: async (leadership, settings) => inner.openFirst(leadership, settings),
    openRebuy: async (leadership, settings, of) => inner.openRebuy(leadership, settings, of),
    save: async (cycle, position) => inner.save(cycle, position),
    end: async (leadership, cycle) => inner.end(leadership, cycle),
    replace: async (leadership, cycle, settings) => inner.replace(leadership, cycle, settings),
  };
}

describe.each([
  { name: 'that answers at once', open: (): CycleStore => new MemoryCycleStore('test') },
  { name: 'that answers with promises', open: slowStore },
])('a test engine with a store $name', ({ open }) => {
  let engine: TestEngine;
  afterEach(async () => {
    engine.exchange.verify();
    await engine.stop();
  });

  it('runs traders without a Leader side by side, each in a cycle of its own', async () => {
    engine = startTestEngine({ cycles: open() });
    const [one, two] = [await engine.startTrader(), await engine.startTrader()];
    engine.exchange.expectOrder({ clientOrderId: 'test-1-B1' });
    engine.exchange.expectOrder({ clientOrderId: 'test-2-B1' });
    await engine.trade();
    expect([one, two].map(({ position }) => position.phase)).toEqual(['buying', 'buying']);
    expect(engine.cyclesOf().map(({ id }) => id)).toEqual([1, 2]);
  });

  it('takes up a cycle, after which whoever had it before can write no more', async () => {
    engine = startTestEngine({ cycles: open() });
    const before = await engine.startTrader();
    const stale = engine.cycles.get(before.cycleId);
    await engine.kill(before.pid);
    await engine.takeUp(before.cycleId);
    await expect((async () => engine.cycles.save(stale, stale.position))()).rejects.toThrow(
      'later incarnation',
    );
    engine.exchange.expectOrder();
    await engine.trade();
    expect(before.position.phase).toBe('buying');
  });

  it('shows cycles also after their end, and what ended them', async () => {
    engine = startTestEngine({ cycles: open() });
    await engine.startSymbol();
    expect(await engine.changeSettings(someSettings({ chunks: 1 }))).toBe(true);
    expect(await engine.shutDown()).toBe(true);
    expect(engine.cyclesOf()).toEqual([]);
    expect(engine.cycles.get(1).position).toMatchObject({ phase: 'closed', result: { kind: 'abandoned' } });
    expect(engine.ended).toMatchObject([{ id: 1 }]);
    expect(() => engine.cycles.get(9)).toThrow('no cycle 9');
  });
});
