import { beforeEach, describe, expect, it } from '@jest/globals';
import { FLAT, type Position } from '../../src/strategy/position.js';
import { someSettings } from '../../src/testing/index.js';
import { DatabaseCycleStore, type Retry } from '../../src/warehouse/database-cycle-store.js';
import { CONTRACT_SYMBOLS, cycleStoreContract } from '../support/cycle-store-contract.js';
import { testDatabase } from '../support/database.js';

const test = testDatabase();
const SETTINGS = someSettings();
const CLOSED: Position = {
  phase: 'closed',
  result: { kind: 'sold' },
  rebuy: 'unspent',
  buy: null,
  sell: null,
  earlierSells: [],
};

const openStore = (scope?: string, retry: Retry = (work) => test.database.withRetry(work)) =>
  DatabaseCycleStore.open(test.database.kysely, retry, scope);

async function emptied(): Promise<void> {
  await test.empty();
  const symbols = CONTRACT_SYMBOLS.map((symbol) => ({ symbol }));
  await test.database.kysely.insertInto('symbols').values(symbols).execute();
}

cycleStoreContract('DatabaseCycleStore', async () => {
  await emptied();
  return openStore();
});

describe('DatabaseCycleStore', () => {
  beforeEach(emptied);

  it('has a random id of its own, the same for everybody who opens it', async () => {
    const prefixes = await Promise.all(
      [1, 2, 3].map(async (scope) => (await openStore(`${scope}`)).orderIdPrefix),
    );
    expect(new Set(prefixes).size).toBe(1);
    expect(prefixes[0]).toMatch(/^hh[0-9a-f]{10}$/);
    await emptied();
    expect((await openStore()).orderIdPrefix).not.toBe(prefixes[0]);
  });

  it('takes in a symbol that the database does not know', async () => {
    expect(await (await openStore()).lead('NEWUSDT')).toMatchObject({ cycles: [] });
  });

  it('is there for whoever opens it next, as after a crash of the process', async () => {
    const before = await openStore();
    const { leadership } = await before.lead('XRPUSDT');
    const cycle = await before.openFirst(leadership, SETTINGS);
    await before.save(cycle, CLOSED);
    const now = await (await openStore()).lead('XRPUSDT');
    expect(now.cycles).toMatchObject([{ id: cycle.id, settings: SETTINGS, position: CLOSED }]);
    await expect(before.save(cycle, FLAT)).rejects.toThrow('taken up by a later incarnation');
    await expect(before.openFirst(leadership, SETTINGS)).rejects.toThrow('XRPUSDT has another Leader now');
  });

  it('keeps scopes apart: cycles, Leaders, rebuys, and what is forgotten', async () => {
    const [live, test1] = [await openStore(), await openStore('a backtest')];
    const leader = (await live.lead('XRPUSDT')).leadership;
    const tested = (await test1.lead('XRPUSDT')).leadership;
    const cycle = await live.openFirst(leader, SETTINGS);
    const theirs = await test1.openFirst(tested, SETTINGS);
    await test1.openRebuy(tested, SETTINGS, theirs.id);
    expect(theirs.id).not.toBe(cycle.id);
    await expect(test1.takeUp(tested, cycle.id)).rejects.toThrow(`no cycle ${cycle.id}`);
    expect((await test1.lead('XRPUSDT')).cycles).toHaveLength(2);

    await test1.forget();
    expect((await test1.lead('XRPUSDT')).cycles).toEqual([]);
    // The live Leader has not noticed any of it.
    await live.save(cycle, CLOSED);
    expect(await live.takeUp(leader, cycle.id)).toMatchObject({ position: CLOSED });
  });

  it('does no harm when work is done twice because its answer was lost', async () => {
    const twice: Retry = async (work) => {
      await work();
      return work();
    };
    const store = await openStore('live', twice);
    const { leadership } = await store.lead('XRPUSDT');
    const open = async () => (await store.lead('XRPUSDT')).cycles.map(({ id }) => id);
    const first = await store.openFirst(leadership, SETTINGS);
    const rebuy = await store.openRebuy(leadership, SETTINGS, first.id);
    expect(rebuy?.id).not.toBe(first.id);
    const again = await store.takeUp(leadership, first.id);
    await store.save(again, CLOSED);
    expect((await store.takeUp(leadership, first.id)).position).toEqual(CLOSED);

    // Refused, which crashes the Leader: the next one finds that it was done, once.
    const closed = await store.takeUp(leadership, first.id);
    await expect(store.replace(leadership, closed, SETTINGS)).rejects.toThrow('has ended');
    const replaced = await open();
    expect(replaced).toHaveLength(2);
    expect(replaced).not.toContain(first.id);
    const now = await store.lead('XRPUSDT');
    for (const cycle of now.cycles)
      await expect(store.end(now.leadership, cycle)).rejects.toThrow('has ended');
    expect(await open()).toEqual([]);
  });
});
