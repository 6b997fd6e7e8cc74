import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Settings } from '../../src/domain/settings.js';
import type { Committed, Cycle, CycleStore, Leadership } from '../../src/ports/cycle-store.js';
import { FLAT, type Position } from '../../src/strategy/position.js';
import { someSettings } from '../../src/testing/index.js';
import { positions } from './positions.js';

/** What the store under test must know. */
export const CONTRACT_SYMBOLS = ['XRPUSDT', 'ETHUSDT'] as const;

const SETTINGS = someSettings({ budget: '123456789.123456789', profitInterval: '-0.0012' });
const OTHER_SETTINGS = someSettings({ chunks: 1, fee: '0.00000001' });
const PARKED: Position = { phase: 'buy-parked', why: { code: -2010, reason: 'test' }, next: FLAT };
const CLOSED: Position = {
  phase: 'closed',
  result: { kind: 'abandoned' },
  rebuy: 'unspent',
  buy: null,
  sell: null,
  earlierSells: [],
};

/** What every CycleStore must do. `open` gives an empty one each time. */
export function cycleStoreContract(name: string, open: () => Promise<CycleStore>): void {
  describe(`${name}, as a CycleStore`, () => {
    let store: CycleStore;
    let leadership: Leadership;
    beforeEach(async () => {
      store = await open();
      ({ leadership } = await store.lead('XRPUSDT'));
    });

    const lead = async (symbol = 'XRPUSDT') => store.lead(symbol);
    const idsOf = async (symbol?: string) => (await lead(symbol)).cycles.map(({ id }) => id);
    const openFirst = async (settings: Settings = SETTINGS) => store.openFirst(leadership, settings);
    const openRebuy = async (of: Cycle, by = leadership) => store.openRebuy(by, SETTINGS, of.id);
    async function openRebuyOf(of: Cycle): Promise<Cycle> {
      const cycle = await openRebuy(of);
      if (cycle === null) throw new Error('it has ended');
      return cycle;
    }
    async function openClosed(): Promise<Cycle> {
      const cycle = await openFirst();
      await store.save(cycle, CLOSED);
      return { ...cycle, position: CLOSED };
    }
    /** A store refuses with a throw or a rejection. */
    const refused = (work: () => Committed<unknown>) =>
      expect((async () => work())()).rejects.toThrow(/has ended|taken up by a later|another Leader|no cycle/);

    describe('a cycle', () => {
      it('is flat at first, and has the settings it was opened with', async () => {
        expect(await lead()).toMatchObject({ cycles: [] });
        ({ leadership } = await lead());
        const cycle = await openFirst();
        expect(cycle).toEqual({
          id: cycle.id,
          symbol: 'XRPUSDT',
          settings: SETTINGS,
          position: FLAT,
          epoch: cycle.epoch,
        });
      });

      it('has an id that is higher than any before it, of all symbols, those that have ended too', async () => {
        const ids = [(await openClosed()).id];
        const eth = (await lead('ETHUSDT')).leadership;
        ids.push((await store.openFirst(eth, SETTINGS)).id);
        const closed = await store.takeUp(leadership, ids[0] as number);
        ids.push((await store.replace(leadership, closed, SETTINGS)).id);
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
        expect(new Set(ids).size).toBe(3);
      });

      it('is as it was saved last, with the settings it began with', async () => {
        const cycle = await openFirst();
        await store.save(cycle, CLOSED);
        await store.save(cycle, PARKED);
        expect(await store.takeUp(leadership, cycle.id)).toMatchObject({
          settings: SETTINGS,
          position: PARKED,
        });
        expect((await lead()).cycles).toMatchObject([{ id: cycle.id, position: PARKED }]);
        // What was given away does not change.
        expect(cycle.position).toEqual(FLAT);
      });

      it('keeps any position as it was, digit for digit', async () => {
        let cycle = await openFirst();
        for (const position of fc.sample(positions, 60)) {
          await store.save(cycle, position);
          cycle = await store.takeUp(leadership, cycle.id);
          expect(cycle.position).toEqual(position);
        }
      });
    });

    describe('to lead', () => {
      it('takes up what has not ended, by id whatever was saved last, of that symbol alone', async () => {
        const first = await openFirst();
        const second = await openRebuyOf(first);
        const third = await openRebuyOf(second);
        const eth = (await lead('ETHUSDT')).leadership;
        const ofEth = await store.openFirst(eth, SETTINGS);
        await store.save(first, PARKED);
        await store.save(second, CLOSED);
        await store.end(leadership, second);
        expect(await idsOf()).toEqual([first.id, third.id]);
        expect(await idsOf('ETHUSDT')).toEqual([ofEth.id]);
      });

      it('ends the right of the Leader before to open, take up, end and replace, and nothing is written', async () => {
        const closed = await openClosed();
        const dead = leadership;
        const now = await lead();
        const [cycle] = now.cycles;
        if (cycle === undefined) throw new Error('it was not taken up');
        await refused(() => store.openFirst(dead, SETTINGS));
        await refused(() => store.openRebuy(dead, SETTINGS, closed.id));
        await refused(() => store.takeUp(dead, closed.id));
        for (const known of [closed, cycle]) {
          await refused(() => store.end(dead, known));
          await refused(() => store.replace(dead, known, SETTINGS));
        }
        // The next one's right to the cycle is untouched, so nobody has taken it up in between.
        await store.save(cycle, PARKED);
        expect((await lead()).cycles).toMatchObject([{ id: closed.id, position: PARKED }]);
      });

      it('does not touch the Leader of another symbol, who in turn has no right to these cycles', async () => {
        const { id } = await openFirst();
        const eth = (await lead('ETHUSDT')).leadership;
        await refused(async () => store.takeUp(eth, id));
        expect(await store.takeUp(leadership, id)).toMatchObject({ id, symbol: 'XRPUSDT' });
      });
    });

    describe('taken up', () => {
      it.each([
        { by: 'the next Leader', takeUp: async () => (await lead()).cycles[0] },
        { by: 'its Leader', takeUp: async (id: number) => store.takeUp(leadership, id) },
        { by: 'its Leader, for the first trader', takeUp: () => openFirst(OTHER_SETTINGS) },
      ])('by $by, it can no longer be written by who had it before', async ({ takeUp }) => {
        const before = await openFirst();
        await store.save(before, PARKED);
        const after = await takeUp(before.id);
        if (after === undefined) throw new Error('it was not taken up');
        expect(after).toMatchObject({ id: before.id, settings: SETTINGS, position: PARKED });
        expect(after.epoch).toBeGreaterThan(before.epoch);
        await refused(() => store.save(before, CLOSED));
        await store.save(after, CLOSED);
        await refused(() => store.save(before, PARKED));
        expect((await lead()).cycles).toMatchObject([{ position: CLOSED }]);
      });

      it('cannot be ended or replaced by who had it before, and then no cycle is opened either', async () => {
        const before = await openClosed();
        const after = await store.takeUp(leadership, before.id);
        await refused(() => store.end(leadership, before));
        await refused(() => store.replace(leadership, before, SETTINGS));
        await store.end(leadership, after);
        expect(await idsOf()).toEqual([]);
      });
    });

    describe('openFirst', () => {
      it('takes up the first that is open instead of opening another', async () => {
        const first = await openFirst();
        const second = await openRebuyOf(first);
        expect((await openFirst()).id).toBe(first.id);
        await store.end(leadership, await openFirst());
        expect((await openFirst()).id).toBe(second.id);
        expect(await idsOf()).toEqual([second.id]);
      });

      it('opens one cycle, however often it is asked at once', async () => {
        await Promise.all([openFirst(), openFirst(), openFirst()]);
        expect(await idsOf()).toHaveLength(1);
      });
    });

    describe('a rebuy', () => {
      it('is granted once to each cycle, however often it is asked for', async () => {
        const first = await openFirst();
        const rebuy = await openRebuyOf(first);
        expect((await openRebuyOf(first)).id).toBe(rebuy.id);
        const next = await openRebuyOf(rebuy);
        expect(new Set([first.id, rebuy.id, next.id]).size).toBe(3);
        const now = await lead();
        expect((await openRebuy(first, now.leadership))?.id).toBe(rebuy.id);
        expect(now.cycles).toHaveLength(3);
      });

      it('is granted once when it is asked for many times at once', async () => {
        const first = await openFirst();
        const granted = await Promise.all([1, 2, 3, 4].map(() => openRebuyOf(first)));
        expect(new Set(granted.map(({ id }) => id)).size).toBe(1);
        expect(await idsOf()).toHaveLength(2);
      });

      it('is nothing any more when it has ended', async () => {
        const first = await openFirst();
        await store.end(leadership, await openRebuyOf(first));
        expect(await openRebuy(first)).toBeNull();
        expect(await idsOf()).toEqual([first.id]);
      });

      it('is granted still when the cycle that asked has been replaced', async () => {
        const closed = await openClosed();
        const fresh = await store.replace(leadership, closed, SETTINGS);
        const rebuy = await openRebuyOf(closed);
        expect((await openRebuyOf(closed)).id).toBe(rebuy.id);
        expect(await idsOf()).toEqual([fresh.id, rebuy.id]);
      });
    });

    describe('ended or replaced', () => {
      it.each([
        { how: 'ended', finish: async (cycle: Cycle): Promise<unknown> => store.end(leadership, cycle) },
        {
          how: 'replaced',
          finish: async (cycle: Cycle): Promise<unknown> => store.replace(leadership, cycle, SETTINGS),
        },
      ])('once $how, it is refused everything', async ({ finish }) => {
        const closed = await openClosed();
        await finish(closed);
        const before = await idsOf();
        ({ leadership } = await lead());
        await refused(() => store.save(closed, PARKED));
        await refused(() => store.takeUp(leadership, closed.id));
        await refused(() => store.end(leadership, closed));
        await refused(() => store.replace(leadership, closed, SETTINGS));
        expect(await idsOf()).toEqual(before);
        expect(before).not.toContain(closed.id);
      });

      it('is replaced by a flat one with the settings of now', async () => {
        const fresh = await store.replace(leadership, await openClosed(), OTHER_SETTINGS);
        expect(fresh).toMatchObject({ symbol: 'XRPUSDT', settings: OTHER_SETTINGS, position: FLAT });
        await store.save(fresh, PARKED);
        expect(await idsOf()).toEqual([fresh.id]);
      });

      it('is replaced once, when it is asked twice at once', async () => {
        const closed = await openClosed();
        const replaced = await Promise.allSettled(
          [1, 2, 3].map(async () => store.replace(leadership, closed, SETTINGS)),
        );
        expect(replaced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await idsOf()).toHaveLength(1);
      });
    });

    it('leaves no cycle without a trader when one Leader takes over from another at work', async () => {
      const works: ((by: Leadership, closed: Cycle) => Committed<unknown>)[] = [
        (by, closed) => store.replace(by, closed, SETTINGS),
        (by, closed) => store.openRebuy(by, SETTINGS, closed.id),
        (by, closed) => store.end(by, closed),
        (by, closed) => store.takeUp(by, closed.id),
        (by) => store.openFirst(by, SETTINGS),
      ];
      for (let round = 0; round < 30; round++) {
        const closed = await openClosed();
        const dead = leadership;
        const atWork = async (work: (typeof works)[number]) => work(dead, closed);
        const dying = works.slice(round % 5, (round % 5) + 2).map(atWork);
        const taking = lead();
        await Promise.allSettled(dying);
        const { leadership: next, cycles } = await taking;
        // What the next Leader knows is all there is, and is its own.
        for (const cycle of cycles) await store.save(cycle, CLOSED);
        const all = await lead();
        expect(all.cycles.map(({ id }) => id)).toEqual(cycles.map(({ id }) => id));
        await refused(() => store.openFirst(next, SETTINGS));
        ({ leadership } = all);
        for (const cycle of all.cycles) await store.end(leadership, cycle);
      }
    });
  });
}
