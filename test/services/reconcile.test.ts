import { describe, expect, it } from '@jest/globals';
import type { Wish } from '../../src/ports/desired-state.js';
import { reconcile } from '../../src/services/reconcile.js';

const wish = (version: string): Wish<string> => ({ version, wanted: `v${version}` });

describe('reconcile', () => {
  it.each([
    { name: 'nothing is wanted and nothing runs', desired: {}, running: {}, givenUp: {}, want: [] },
    { name: 'what is wanted starts', desired: { a: '1' }, running: {}, givenUp: {}, want: ['start a 1'] },
    { name: 'what is not wanted stops', desired: {}, running: { a: '1' }, givenUp: {}, want: ['stop a'] },
    {
      name: 'what runs as wanted is left alone',
      desired: { a: '1' },
      running: { a: '1' },
      givenUp: {},
      want: [],
    },
    {
      name: 'a new wish reaches what runs',
      desired: { a: '2' },
      running: { a: '1' },
      givenUp: {},
      want: ['change a 2'],
    },
    {
      name: 'what was started by hand is told',
      desired: { a: '1' },
      running: { a: null },
      givenUp: {},
      want: ['change a 1'],
    },
    { name: 'what was given up stays so', desired: { a: '1' }, running: {}, givenUp: { a: '1' }, want: [] },
    {
      name: 'unless it is wanted anew',
      desired: { a: '2' },
      running: {},
      givenUp: { a: '1' },
      want: ['start a 2'],
    },
    {
      name: 'stops come first',
      desired: { a: '1' },
      running: { b: '1' },
      givenUp: {},
      want: ['stop b', 'start a 1'],
    },
  ])('$name', ({ desired, running, givenUp, want }) => {
    const changes = reconcile(
      new Map(Object.entries(desired).map(([name, version]) => [name, wish(version)])),
      new Map(Object.entries(running)),
      new Map(Object.entries(givenUp)),
    );
    const shown = changes.map((change) =>
      change.kind === 'stop' ? `stop ${change.name}` : `${change.kind} ${change.name} ${change.wish.version}`,
    );
    expect(shown).toEqual(want);
  });
});
