import { describe, expect, it } from '@jest/globals';
import {
  countChildren,
  DynamicSupervisor,
  inspectTree,
  namedSupervisor,
  startChild,
  terminateChild,
  whichChildren,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { aSystem, nactTree, ourTree, settle, workerSpec } from '../support/actors.js';

const aPool = () => {
  const test = aSystem();
  return { ...test, pool: test.system.spawn(DynamicSupervisor, {}, 'pool') };
};

describe('DynamicSupervisor', () => {
  it('starts children on request, and refuses an id that is taken', async () => {
    const { system, pool } = aPool();
    const pid = await startChild(system, pool, workerSpec('w'));
    await expect(startChild(system, pool, workerSpec('w'))).rejects.toThrow('pool has a child w already');
    expect(await whichChildren(system, pool)).toEqual([
      { id: 'w', kind: 'Worker', pid, isDone: false, restarts: 0 },
    ]);
  });

  it('forgets a child whose init throws', async () => {
    const { system, pool } = aPool();
    const init = () => {
      throw new Error('bad init');
    };
    const bad = { ...workerSpec('w'), arg: { name: 'w', init } };
    await expect(startChild(system, pool, bad)).rejects.toThrow('bad init');
    expect(await countChildren(system, pool)).toEqual({ specs: 0, active: 0 });
    expect((await startChild(system, pool, workerSpec('w'))).alive).toBe(true);
    expect(ourTree(system)).toEqual(nactTree(system));
  });

  it.each(['permanent', 'transient', 'temporary'] as const)(
    'terminates a %s child by id or Pid and forgets it',
    async (restart) => {
      const { system, pool } = aPool();
      const log: string[] = [];
      await startChild(system, pool, workerSpec('by id', log, { restart }));
      const pid = await startChild(system, pool, workerSpec('by pid', log, { restart }));
      await expect(terminateChild(system, pool, 'by id')).resolves.toBe(true);
      await expect(terminateChild(system, pool, pid)).resolves.toBe(true);
      await expect(terminateChild(system, pool, pid)).resolves.toBe(false);
      await settle(system);
      expect(await countChildren(system, pool)).toEqual({ specs: 0, active: 0 });
      expect(log.slice(2)).toEqual(['-by id shutdown', '-by pid shutdown']);
    },
  );

  it('stops its children at the same time, so that none waits for the patience with another', async () => {
    const { system, clock, pool } = aPool();
    const stuck = await Promise.all(
      ['a', 'b', 'c'].map((id) => startChild(system, pool, workerSpec(id, [], { shutdownMs: 300 }))),
    );
    for (const pid of stuck) system.cast(pid, 'run', () => new Promise(() => undefined));
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    const stopped = system.stop();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(300);
    await stopped;
    expect(stuck.map((pid) => (pid as Process).reason)).toEqual(['killed', 'killed', 'killed']);
  });

  it('forgets a transient child that ended normally, and restarts one that crashed', async () => {
    const { system, pool } = aPool();
    const [done, crashed] = [
      await startChild(system, pool, workerSpec('done', [], { restart: 'transient' })),
      await startChild(system, pool, workerSpec('crashed', [], { restart: 'transient' })),
    ];
    system.cast(done, 'stop', 'normal');
    system.cast(crashed, 'crash', 'boom');
    await settle(system);
    expect(await whichChildren(system, pool)).toMatchObject([{ id: 'crashed', restarts: 1 }]);
  });

  it('does not terminate the successor for a Pid of the incarnation before', async () => {
    const { system, pool } = aPool();
    const old = await startChild(system, pool, workerSpec('w'));
    system.cast(old, 'crash', 'boom');
    await settle(system);
    await expect(terminateChild(system, pool, old)).resolves.toBe(false);
    expect(await countChildren(system, pool)).toEqual({ specs: 1, active: 1 });
  });

  it('passes on the lineage that a starter hands in', async () => {
    const { system, pool } = aPool();
    const lastCrash = { reason: 'Error: before', wallMs: 5 };
    await startChild(system, pool, workerSpec('w'), { restarts: 7, lastCrash, lastRestarts: [] });
    expect(inspectTree(system)[0]?.children[0]).toMatchObject({ restarts: 7, lastCrash });
  });

  it('may carry a name that says more', () => {
    const { system } = aSystem();
    const pid = system.spawn(namedSupervisor('TraderPool', DynamicSupervisor), {}, 'pool');
    expect(pid.kind).toBe('TraderPool');
    expect(inspectTree(system)[0]?.state).toMatchObject({ strategy: 'dynamic' });
  });
});
