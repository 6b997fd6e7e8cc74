import { describe, expect, it } from '@jest/globals';
import { someSettings } from '../../src/testing/index.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';
import { cycleStoreContract } from '../support/cycle-store-contract.js';

cycleStoreContract('MemoryCycleStore', async () => new MemoryCycleStore());

describe('MemoryCycleStore', () => {
  it('answers at once, so that a replay waits for nothing', () => {
    const store = new MemoryCycleStore();
    const { leadership } = store.lead('XRPUSDT');
    const cycle = store.openFirst(leadership, someSettings());
    expect(store.save(cycle, cycle.position)).toBeUndefined();
    expect(store.replace(leadership, cycle, someSettings()).id).toBe(cycle.id + 1);
  });

  it('starts client order ids with what it is told', () => {
    expect([new MemoryCycleStore().orderIdPrefix, new MemoryCycleStore('mine').orderIdPrefix]).toEqual([
      'hedgehog',
      'mine',
    ]);
  });
});
