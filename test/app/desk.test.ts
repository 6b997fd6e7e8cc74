import { describe, expect, it } from '@jest/globals';
import { askedDeskOf } from '../../src/app/commands/desk/asked.js';
import type { Desk } from '../../src/app/commands/desk/desk.js';
import { storedDeskOf } from '../../src/app/commands/desk/stored.js';
import { runningHedgehog } from '../../src/control/client.js';
import { DEFAULT_SETTINGS, settingsToJson } from '../../src/domain/settings.js';
import { InputError } from '../../src/platform/input-error.js';
import { controlledEngine } from '../support/control.js';

const SYMBOLS = ['BTCUSDT', 'XRPUSDT'];
const api = controlledEngine(SYMBOLS, undefined, {
  HEDGEHOG_TAPE: 'test/fixtures/tapes/XRPUSDT-e2e.csv.gz',
  HEDGEHOG_TAPE_PACE: '20ms',
});

const DESKS: readonly (readonly [string, () => Desk])[] = [
  ['through the Hedgehog that runs', () => askedDeskOf(runningHedgehog(api.places, '1.2.3', 'full'))],
  ['in the database', () => storedDeskOf(api.db.database)],
];

// What one promises, both do.
describe.each(DESKS)('the desk %s', (where, open) => {
  const asks = where.includes('runs');

  it('tells who follows', async () => {
    // Nobody holds the lock that a daemon does: this is the tree of one.
    expect(await open().followedBy()).toBe(asks ? 'here' : null);
  });

  it('switches all symbols, tells what they were, and lists what is wanted', async () => {
    const desk = open();
    const on = await desk.switch({ service: 'trading', symbols: SYMBOLS, status: 'on' }, true);
    expect([...on.before]).toEqual(SYMBOLS.map((symbol) => [symbol, 'off']));
    expect(on.followed).toBe(asks);
    const off = await desk.switch({ service: 'trading', symbols: ['BTCUSDT'], status: 'off' }, true);
    expect([...off.before]).toEqual([['BTCUSDT', 'on']]);
    expect(await desk.list('trading')).toEqual([
      { symbol: 'BTCUSDT', topic: null, status: 'off', state: null, reason: null },
      { symbol: 'XRPUSDT', topic: null, status: 'on', state: asks ? 'running' : null, reason: null },
    ]);
    await desk.switch({ service: 'trading', symbols: ['XRPUSDT'], status: 'shutdown' }, false);
    const storing = { service: 'storing', topic: 'ORDERS', symbols: ['XRPUSDT'] } as const;
    await desk.switch({ ...storing, status: 'on' }, false);
    const stored = (await desk.list('storing')).filter(({ status }) => status === 'on');
    expect(stored).toMatchObject([{ symbol: 'XRPUSDT', topic: 'ORDERS' }]);
  });

  it.each([
    [
      'switched',
      (desk: Desk) => desk.switch({ service: 'streaming', symbols: ['XRPUSDT', 'DOGE'], status: 'on' }, true),
    ],
    ['shown', (desk: Desk) => desk.settings('DOGE')],
    ['set', (desk: Desk) => desk.changeSettings('DOGE', { budget: '100' }, false)],
  ])('refuses a symbol that is not known, with nothing %s', async (_what, work) => {
    const desk = open();
    await expect(work(desk)).rejects.toThrow(InputError);
    await expect(work(desk)).rejects.toThrow('"DOGE" is unknown; allowed is BTCUSDT, XRPUSDT');
    expect((await desk.list('streaming')).map(({ status }) => status)).toEqual(['off', 'off']);
  });

  it('shows settings, of all symbols or of one', async () => {
    const settings = settingsToJson(DEFAULT_SETTINGS);
    const all = SYMBOLS.map((symbol) => ({ symbol, status: 'off', settings }));
    expect(await open().settings()).toEqual(all);
    expect(await open().settings('XRPUSDT')).toEqual(all.slice(1));
  });

  it('changes settings, or tells what a change would do', async () => {
    const desk = open();
    const given = { budget: '250.50', chunks: '3' };
    const changes = [
      { key: 'chunks', from: '5', to: '3' },
      { key: 'budget', from: '1000', to: '250.5' },
    ];
    const told = {
      symbol: 'XRPUSDT',
      changes,
      openCycles: 0,
      cycles: [],
      from: 'cycles that begin from now on',
    };
    expect(await desk.changeSettings('XRPUSDT', given, true)).toMatchObject({ ...told, dryRun: true });
    expect((await desk.settings('XRPUSDT'))[0]?.settings.budget).toBe('1000');
    expect(await desk.changeSettings('XRPUSDT', given, false)).toMatchObject({ ...told, dryRun: false });
    expect((await desk.settings('XRPUSDT'))[0]?.settings).toMatchObject({ budget: '250.5', chunks: 3 });
    expect((await desk.changeSettings('XRPUSDT', given, false)).changes).toEqual([]);
  });

  it.each([
    [{ chunks: '0' }, 'chunks is "0"; allowed is a whole number from 1'],
    [{ colour: 'red' }, '"colour" is unknown; allowed are chunks, budget'],
    [{ budget: '1' }, 'so the budget must be at least 50'],
    [{ fee: '' }, 'fee is ""; allowed is a decimal'],
  ])('refuses the settings %j', async (given, problem) => {
    await expect(open().changeSettings('XRPUSDT', given, false)).rejects.toThrow(problem);
  });

  it('counts the cycles that have not ended', async () => {
    const desk = open();
    expect([...(await desk.openCycles())]).toEqual([]);
    await askedDeskOf(runningHedgehog(api.places, '1.2.3', 'full')).switch(
      { service: 'trading', symbols: SYMBOLS, status: 'on' },
      true,
    );
    for (let cycles = await desk.openCycles(); cycles.size < 2; cycles = await desk.openCycles());
    expect(await desk.openCycles()).toEqual(new Map(SYMBOLS.map((symbol) => [symbol, 1])));
  });
});
