import { describe, expect, it } from '@jest/globals';
import { type ExitReason, type Restart, type Strategy, whichChildren } from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import {
  aFamily,
  aGate,
  aSystem,
  childOf,
  nactTree,
  ourTree,
  settle,
  workerSpec,
} from '../support/actors.js';

describe('strategy', () => {
  it.each<[Strategy, string[]]>([
    ['one_for_one', ['-b boom', '+b']],
    ['one_for_all', ['-b boom', '-c shutdown', '-a shutdown', '+a', '+b', '+c']],
    ['rest_for_one', ['-b boom', '-c shutdown', '+b', '+c']],
  ])('%s stops in reverse order and restarts in order', async (strategy, expected) => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system, { strategy });
    expect(log.splice(0)).toEqual(['+a', '+b', '+c']);
    const old = childOf(supervisor, 'b');
    system.cast(old, 'crash', 'boom');
    system.cast(old, 'note', 'lost with the mailbox');
    await settle(system);
    expect(log).toEqual(expected);
    expect(childOf(supervisor, 'b')).not.toBe(old);
    expect(ourTree(system)).toEqual(nactTree(system));
    expect(system.deadLetters).toBe(1);
  });

  it.each<[Strategy, readonly number[]]>([
    ['one_for_one', [0, 1, 0]],
    ['one_for_all', [1, 1, 1]],
    ['rest_for_one', [0, 1, 1]],
  ])('%s counts the restarts of each child it restarted', async (strategy, expected) => {
    const { system } = aSystem();
    const { supervisor } = aFamily(system, { strategy });
    system.cast(childOf(supervisor, 'b'), 'crash', 'boom');
    await settle(system);
    const children = await whichChildren(system, supervisor);
    expect(children.map(({ restarts }) => restarts)).toEqual(expected);
  });

  it('one_for_all restarts each child once when several crash at the same time', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system, { strategy: 'one_for_all' });
    for (const id of ['a', 'b', 'c']) system.cast(childOf(supervisor, id), 'crash', 'boom');
    await settle(system);
    expect(log.filter((line) => line.startsWith('+'))).toEqual(['+a', '+b', '+c', '+a', '+b', '+c']);
  });

  it('one_for_all waits for the running handlers of the others', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system, { strategy: 'one_for_all' });
    const gate = aGate();
    system.cast(childOf(supervisor, 'c'), 'run', async (_self, state) => {
      await gate.promise;
      state.log.push('c finished');
    });
    system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(log.at(-1)).toBe('-a boom');
    gate.open();
    await settle(system);
    expect(log.slice(4)).toEqual(['c finished', '-c shutdown', '-b shutdown', '+a', '+b', '+c']);
  });
});

describe('restart type', () => {
  const ends: readonly [ExitReason | 'a crash', Record<Restart, boolean>][] = [
    ['normal', { permanent: true, transient: false, temporary: false }],
    ['shutdown', { permanent: true, transient: false, temporary: false }],
    ['killed', { permanent: true, transient: true, temporary: false }],
    ['a crash', { permanent: true, transient: true, temporary: false }],
  ];
  const cases = ends.flatMap(([end, restarted]) =>
    (['permanent', 'transient', 'temporary'] as const).map((restart) => ({
      restart,
      end,
      outcome: restarted[restart] ? 'restarted' : 'not restarted',
    })),
  );

  it.each(cases)('$restart child is $outcome after $end', async ({ restart, end, outcome }) => {
    const { system } = aSystem();
    const { supervisor } = aFamily(system, {}, { restart });
    const child = childOf(supervisor, 'a');
    if (end === 'a crash') system.cast(child, 'crash', 'boom');
    else if (end === 'killed') system.kill(child);
    else system.cast(child, 'stop', end);
    await settle(system);
    expect((supervisor as Process).children.has('a')).toBe(outcome === 'restarted');
    const known = (await whichChildren(system, supervisor)).some(({ id }) => id === 'a');
    expect(known).toBe(restart !== 'temporary');
  });

  it('temporary siblings are stopped and forgotten when one_for_all restarts', async () => {
    const { system } = aSystem();
    const { supervisor } = aFamily(system, { strategy: 'one_for_all' }, { restart: 'temporary' });
    await system.call(supervisor, 'terminateChild', 'a');
    await system.call(supervisor, 'startChild', { spec: workerSpec('permanent') });
    system.cast(childOf(supervisor, 'permanent'), 'crash', 'boom');
    await settle(system);
    expect((await whichChildren(system, supervisor)).map(({ id }) => id)).toEqual(['permanent']);
  });
});
