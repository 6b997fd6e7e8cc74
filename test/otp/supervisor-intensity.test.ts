import { describe, expect, it } from '@jest/globals';
import {
  childSpec,
  RestartIntensityExceeded,
  restartChild,
  Supervisor,
  startChild,
  terminateChild,
  whichChildren,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { judgeRestart } from '../../src/otp/restart-intensity.js';
import {
  aFamily,
  aGate,
  aSystem,
  childOf,
  settle,
  type TestSystem,
  Worker,
  workerSpec,
} from '../support/actors.js';

describe('judgeRestart', () => {
  const limit = { maxRestarts: 2, periodMs: 1_000 };
  it.each([
    { name: 'allows the first', past: [], now: 0, exceeded: false },
    { name: 'allows as many as the limit', past: [0], now: 10, exceeded: false },
    { name: 'refuses one more', past: [0, 10], now: 20, exceeded: true },
    { name: 'counts one at the very edge of the period', past: [0, 10], now: 1_000, exceeded: true },
    { name: 'forgets what is older than the period', past: [0, 10], now: 1_001, exceeded: false },
  ])('$name', ({ past, now, exceeded }) => {
    expect(judgeRestart(past, now, limit).exceeded).toBe(exceeded);
  });
});

describe('restart intensity', () => {
  const crash = async ({ system }: TestSystem, supervisor: Parameters<typeof childOf>[0], id = 'a') => {
    system.cast(childOf(supervisor, id), 'crash', 'boom');
    await settle(system);
  };

  it('within the limit, the supervisor restarts; one more, and it crashes itself with the cause', async () => {
    const test = aSystem();
    const { supervisor } = aFamily(test.system, { maxRestarts: 2, periodMs: 1_000 });
    await crash(test, supervisor);
    await crash(test, supervisor);
    expect(supervisor.alive).toBe(true);
    await crash(test, supervisor);
    expect(supervisor.alive).toBe(false);
    const [exit] = test.rootExits;
    expect(exit?.reason).toBeInstanceOf(RestartIntensityExceeded);
    expect(exit?.reason).toMatchObject({
      message: 'a needed more than 2 restarts in 1 s',
      cause: { message: 'boom' },
    });
    expect(test.system.roots.size).toBe(0);
  });

  it('counts the restarts of all children together', async () => {
    const test = aSystem();
    const { supervisor } = aFamily(test.system, { maxRestarts: 2 });
    for (const id of ['a', 'b', 'c']) await crash(test, supervisor, id);
    expect(supervisor.alive).toBe(false);
  });

  it('counts a restart of a whole group as one', async () => {
    const test = aSystem();
    const { supervisor } = aFamily(test.system, { strategy: 'one_for_all', maxRestarts: 1 });
    await crash(test, supervisor);
    expect(supervisor.alive).toBe(true);
  });

  it('forgets restarts when the period has passed', async () => {
    const test = aSystem();
    const { supervisor } = aFamily(test.system, { maxRestarts: 1, periodMs: 1_000 });
    for (let i = 0; i < 10; i++) {
      await crash(test, supervisor);
      test.clock.advance(1_001);
    }
    expect(supervisor.alive).toBe(true);
  });

  it('zero allows none', async () => {
    const test = aSystem();
    const { supervisor } = aFamily(test.system, { maxRestarts: 0 });
    await crash(test, supervisor);
    expect(supervisor.alive).toBe(false);
  });

  it('exceeded, the children that still run are stopped in order, and may finish what they are at', async () => {
    const test = aSystem();
    const { system } = test;
    const { supervisor, log } = aFamily(system, { maxRestarts: 0 });
    const gate = aGate();
    system.cast(childOf(supervisor, 'b'), 'run', async (_self, state) => {
      await gate.promise;
      state.log.push('b finished');
    });
    system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    expect([supervisor.alive, ...log]).toEqual([true, '+a', '+b', '+c', '-a boom', '-c shutdown']);
    gate.open();
    await settle(system);
    expect(log.slice(5)).toEqual(['b finished', '-b shutdown']);
    expect(test.rootExits).toMatchObject([{ reason: { cause: { message: 'boom' } } }]);
  });

  it('exceeded, and the supervisor killed while it waits for its children, is told of once', async () => {
    const test = aSystem();
    const { system } = test;
    const { supervisor } = aFamily(system, { maxRestarts: 0 });
    const gate = aGate();
    system.cast(childOf(supervisor, 'b'), 'run', () => gate.promise);
    system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    system.kill(supervisor);
    gate.open();
    await settle(system);
    expect(test.rootExits).toMatchObject([{ reason: 'killed' }]);
    expect(system.inFlight.size).toBe(0);
  });

  it('exceeded at several levels is told with the first cause', async () => {
    const test = aSystem();
    const { system, rootExits } = test;
    const inner = childSpec({
      id: 'inner',
      server: Supervisor,
      arg: { maxRestarts: 0, children: [workerSpec('a')] },
    });
    const top = system.spawn(Supervisor, { maxRestarts: 0, children: [inner] }, 'top');
    await crash(test, childOf(top, 'inner'));
    expect(rootExits.map(({ reason }) => (reason as RestartIntensityExceeded).story)).toEqual([
      'inner needed more than 0 restarts in 5 s; a needed more than 0 restarts in 5 s, the last time for: boom',
    ]);
  });

  it('exceeded, its own supervisor restarts it with fresh children and a fresh count', async () => {
    const test = aSystem();
    const { system } = test;
    const inner = childSpec({
      id: 'inner',
      server: Supervisor,
      arg: { maxRestarts: 1, children: [workerSpec('a')] },
    });
    const top = system.spawn(Supervisor, { children: [inner] }, 'top');
    const first = childOf(top, 'inner');
    await crash(test, first);
    await crash(test, first);
    const second = childOf(top, 'inner');
    expect(second).not.toBe(first);
    expect((second as Process).lineage).toMatchObject({
      restarts: 1,
      lastCrash: {
        reason: 'RestartIntensityExceeded: a needed more than 1 restarts in 5 s, the last time for: boom',
      },
    });
    await crash(test, second);
    expect(second.alive).toBe(true);
    expect(childOf(second, 'a').alive).toBe(true);
  });
});

describe('a child whose restart fails', () => {
  /** A child that starts once, then fails to start the given number of times. */
  const flaky = (failures: number, log: string[] = []) => {
    let starts = 0;
    const init = () => {
      starts++;
      if (starts > 1 && starts <= 1 + failures) throw new Error(`failed start ${starts}`);
      return undefined;
    };
    return childSpec({ id: 'flaky', server: Worker, arg: { name: 'flaky', log, init } });
  };

  it('is tried again until it starts; every attempt counts as a restart and is reported', async () => {
    const test = aSystem();
    const { system, crashes } = test;
    const supervisor = system.spawn(Supervisor, { children: [flaky(2)] }, 'supervisor');
    system.kill(childOf(supervisor, 'flaky'));
    await settle(system);
    expect(childOf(supervisor, 'flaky').alive).toBe(true);
    expect(await whichChildren(system, supervisor)).toMatchObject([{ id: 'flaky', restarts: 3 }]);
    expect(crashes.map(({ during, error }) => `${during}: ${error.message}`)).toEqual([
      'start of flaky: failed start 2',
      'start of flaky: failed start 3',
    ]);
  });

  it('for ever brings its supervisor down, with the last failure as the cause', async () => {
    const { system, rootExits } = aSystem();
    const supervisor = system.spawn(Supervisor, { children: [flaky(1e9)] }, 'supervisor');
    system.kill(childOf(supervisor, 'flaky'));
    await settle(system);
    expect(rootExits[0]?.reason).toMatchObject({ cause: { message: 'failed start 4' } });
    expect(system.inFlight.size).toBe(0);
  });

  it.each(['one_for_all', 'rest_for_one'] as const)('keeps the order of %s', async (strategy) => {
    const { system } = aSystem();
    const log: string[] = [];
    const children = [workerSpec('a', log), flaky(1, log), workerSpec('c', log)];
    const supervisor = system.spawn(Supervisor, { strategy, children }, 'supervisor');
    system.kill(childOf(supervisor, 'flaky'));
    await settle(system);
    expect([...(supervisor as Process).children.keys()].toSorted()).toEqual(['a', 'c', 'flaky']);
    expect(log.slice(-2)).toEqual(['+flaky', '+c']);
  });

  it('is not tried again once it was terminated', async () => {
    const { system } = aSystem();
    const supervisor = system.spawn(Supervisor, { maxRestarts: 1e9, children: [flaky(1e9)] }, 'supervisor');
    system.kill(childOf(supervisor, 'flaky'));
    await expect(terminateChild(system, supervisor, 'flaky')).resolves.toBe(true);
    await settle(system);
    expect(await whichChildren(system, supervisor)).toMatchObject([{ id: 'flaky', pid: null }]);
  });

  it('in a supervisor that starts: the start fails, and the children started so far are stopped', async () => {
    const { system } = aSystem();
    const log: string[] = [];
    const bad = childSpec({
      id: 'bad',
      server: Worker,
      arg: {
        name: 'bad',
        init: () => {
          throw new Error('bad init');
        },
      },
    });
    const children = [workerSpec('a', log), workerSpec('b', log), bad];
    expect(() => system.spawn(Supervisor, { children }, 's')).toThrow('bad init');
    await settle(system);
    expect(log).toEqual(['+a', '+b', '-b shutdown', '-a shutdown']);
    expect(system.roots.size).toBe(0);
  });

  it('a child that ends itself inside init is treated as one that ended later', async () => {
    const { system } = aSystem();
    const supervisor = system.spawn(Supervisor, { maxRestarts: 5 }, 'supervisor');
    let starts = 0;
    const init = () => (++starts < 3 ? { stop: 'normal' } : undefined);
    const pid = await startChild(
      system,
      supervisor,
      childSpec({ id: 'w', server: Worker, arg: { name: 'w', init } }),
    );
    expect(pid.alive).toBe(false);
    await settle(system);
    expect(await whichChildren(system, supervisor)).toMatchObject([
      { id: 'w', restarts: 2, pid: { alive: true } },
    ]);

    const fleeting = { name: 't', init: () => ({ stop: 'normal' }) };
    await startChild(
      system,
      supervisor,
      childSpec({ id: 't', server: Worker, arg: fleeting, restart: 'temporary' }),
    );
    await settle(system);
    expect((await whichChildren(system, supervisor)).map(({ id }) => id)).toEqual(['w']);
  });

  it('restartChild starts it by hand, and refuses one that runs or is not known', async () => {
    const { system } = aSystem();
    const { supervisor } = aFamily(system);
    await expect(restartChild(system, supervisor, 'a')).rejects.toThrow('family/a is running');
    await expect(restartChild(system, supervisor, 'z')).rejects.toThrow('no child z');
    await terminateChild(system, supervisor, 'a');
    const again = await restartChild(system, supervisor, 'a');
    expect(again).toBe(childOf(supervisor, 'a'));
  });
});
