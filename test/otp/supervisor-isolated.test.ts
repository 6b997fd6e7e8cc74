import { describe, expect, it } from '@jest/globals';
import {
  DynamicSupervisor,
  type RestartIntensityExceeded,
  Supervisor,
  type SupervisorArg,
  startChild,
  terminateChild,
  whichChildren,
} from '../../src/otp/index.js';
import { aSystem, childOf, nactTree, ourTree, settle, workerSpec } from '../support/actors.js';

/** A supervisor of a, b and c, each with a restart intensity of its own, and whom it gave up. */
async function aWard(arg: SupervisorArg = {}, restart: 'permanent' | 'transient' = 'transient') {
  const test = aSystem();
  const { system } = test;
  const givenUp: { id: string; reason: RestartIntensityExceeded }[] = [];
  const log: string[] = [];
  const isolated = {
    onGivenUp: (id: string, reason: RestartIntensityExceeded) => givenUp.push({ id, reason }),
  };
  const ward = system.spawn(DynamicSupervisor, { maxRestarts: 2, periodMs: 1_000, isolated, ...arg }, 'ward');
  for (const id of ['a', 'b', 'c']) await startChild(system, ward, workerSpec(id, log, { restart }));
  const crash = async (id: string, times = 1) => {
    for (let time = 0; time < times; time++) {
      system.cast(childOf(ward, id), 'crash', `${id} is broken`);
      await settle(system);
    }
  };
  const children = async () =>
    (await whichChildren(system, ward)).map(({ id, restarts }) => `${id} ${restarts}`);
  return { ...test, ward, givenUp, log, crash, children };
}

describe('isolated children', () => {
  it('that crash too often are given up alone, and whoever asked is told why', async () => {
    const { ward, givenUp, crash, children, system, rootExits } = await aWard();
    await crash('b', 2);
    expect([await children(), givenUp]).toEqual([['a 0', 'b 2', 'c 0'], []]);
    await crash('b');
    expect(await children()).toEqual(['a 0', 'c 0']);
    expect(givenUp).toMatchObject([
      {
        id: 'b',
        reason: {
          name: 'RestartIntensityExceeded',
          message: 'b needed more than 2 restarts in 1 s',
          cause: { message: 'b is broken' },
        },
      },
    ]);
    expect([ward.alive, rootExits]).toEqual([true, []]);
    expect(ourTree(system)).toEqual(nactTree(system));
  });

  it('leave their siblings untouched', async () => {
    const { ward, log, crash } = await aWard();
    const before = ['a', 'c'].map((id) => childOf(ward, id).id);
    await crash('b', 3);
    expect(['a', 'c'].map((id) => childOf(ward, id).id)).toEqual(before);
    expect(log).toEqual([
      '+a',
      '+b',
      '+c',
      ...[1, 2].flatMap(() => ['-b b is broken', '+b']),
      '-b b is broken',
    ]);
  });

  it('are counted one by one, not together', async () => {
    const { crash, children, givenUp } = await aWard();
    for (let round = 0; round < 2; round++) for (const id of ['a', 'b', 'c']) await crash(id);
    expect([await children(), givenUp]).toEqual([['a 2', 'b 2', 'c 2'], []]);
  });

  it('are judged by the period like any other', async () => {
    const { crash, clock, givenUp } = await aWard();
    for (let round = 0; round < 8; round++) {
      await crash('a');
      clock.advance(501);
    }
    expect(givenUp).toEqual([]);
    await crash('a', 2);
    expect(givenUp).toMatchObject([{ id: 'a' }]);
  });

  it('may be started again once they were given up, with nothing held against them', async () => {
    const { system, ward, crash, children, givenUp } = await aWard();
    await crash('a', 3);
    await startChild(system, ward, workerSpec('a', [], { restart: 'transient' }));
    await crash('a', 2);
    expect(await children()).toEqual(['b 0', 'c 0', 'a 2']);
    expect(givenUp).toHaveLength(1);
  });

  it('that are stopped in order are not given up', async () => {
    const { system, ward, givenUp, children } = await aWard();
    expect(await terminateChild(system, ward, 'a')).toBe(true);
    expect([await children(), givenUp]).toEqual([['b 0', 'c 0'], []]);
  });

  it('that cannot be started again are given up too', async () => {
    const { system, ward, givenUp, children } = await aWard();
    let starts = 0;
    const init = () => {
      if (++starts > 1) throw new Error('no way');
    };
    await startChild(system, ward, { ...workerSpec('d'), restart: 'transient', arg: { name: 'd', init } });
    system.cast(childOf(ward, 'd'), 'crash', 'once');
    await settle(system);
    expect(await children()).toEqual(['a 0', 'b 0', 'c 0']);
    expect(givenUp).toMatchObject([{ id: 'd', reason: { cause: { message: 'no way' } } }]);
    expect([starts, ward.alive]).toEqual([3, true]);
  });

  it('may be permanent', async () => {
    const { crash, children, ward } = await aWard({}, 'permanent');
    await crash('c', 3);
    expect([await children(), ward.alive]).toEqual([['a 0', 'b 0'], true]);
  });

  it('of a supervisor that is not dynamic are given up as well', async () => {
    const { system } = aSystem();
    const givenUp: string[] = [];
    const supervisor = system.spawn(
      Supervisor,
      {
        maxRestarts: 0,
        isolated: { onGivenUp: (id) => givenUp.push(id) },
        children: [workerSpec('a'), workerSpec('b')],
      },
      'static',
    );
    system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
    await settle(system);
    expect(givenUp).toEqual(['a']);
    expect(await whichChildren(system, supervisor)).toMatchObject([{ id: 'b', restarts: 0 }]);
  });
});
