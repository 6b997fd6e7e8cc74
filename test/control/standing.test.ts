import { describe, expect, it } from '@jest/globals';
import { type KnownThing, standingRow } from '../../src/control/standing.js';
import type { SwitchRow } from '../../src/warehouse/settings-tables.js';

const row = (status: SwitchRow['status'], topic: SwitchRow['topic'] = null): SwitchRow => ({
  symbol: 'XRPUSDT',
  topic,
  status,
});
const thing = (state: KnownThing['state'], reason: string | null = null): KnownThing => ({ state, reason });

describe('how a thing stands', () => {
  it.each([
    { name: 'on and running', given: row('on'), known: thing('running'), state: 'running' },
    { name: 'on and not started yet', given: row('on'), known: undefined, state: 'waiting' },
    {
      name: 'on, between a crash and a start',
      given: row('on'),
      known: thing('restarting'),
      state: 'restarting',
    },
    { name: 'shutting down and running', given: row('shutdown'), known: thing('running'), state: 'running' },
    { name: 'off', given: row('off'), known: undefined, state: null },
    { name: 'off and running still', given: row('off'), known: thing('running'), state: 'stopping' },
    { name: 'off, and given up before', given: row('off'), known: thing('given-up', 'why'), state: null },
  ] as const)('$name', ({ given, known, state }) => {
    const things = new Map(known === undefined ? [] : [['XRPUSDT', known]]);
    expect(standingRow(given, things)).toEqual({ ...given, state, reason: null });
  });

  it('is given up for a reason', () => {
    const things = new Map([['XRPUSDT', thing('given-up', 'there is no tape')]]);
    expect(standingRow(row('on'), things)).toMatchObject({ state: 'given-up', reason: 'there is no tape' });
  });

  it('is that of its topic where it has one', () => {
    const things = new Map([
      ['ORDERS:XRPUSDT', thing('running')],
      ['XRPUSDT', thing('given-up', 'another')],
    ]);
    expect(standingRow(row('on', 'ORDERS'), things).state).toBe('running');
    expect(standingRow(row('on', 'OHLC'), things).state).toBe('waiting');
  });

  it('is not known while nothing runs', () => {
    expect(standingRow(row('on'), null)).toEqual({ ...row('on'), state: null, reason: null });
  });
});
