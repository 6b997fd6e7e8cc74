import { describe, expect, it } from '@jest/globals';
import {
  childSpec,
  type GenServer,
  type Protocol,
  Supervisor,
  startChild,
  terminateChild,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { aFamily, aGate, aSystem, aWorker, childOf, settle, workerSpec } from '../support/actors.js';

const macrotask = () => new Promise((resolve) => setImmediate(resolve));

describe('orderly stop', () => {
  it('stops children in reverse order of their start, nested ones too, and leaves no dead letters', async () => {
    const { system } = aSystem();
    const log: string[] = [];
    const inner = (id: string) =>
      childSpec({
        id,
        server: Supervisor,
        arg: { children: [workerSpec(`${id}1`, log), workerSpec(`${id}2`, log)] },
      });
    system.spawn(Supervisor, { children: [inner('x'), workerSpec('m', log), inner('y')] }, 'top');
    aWorker(system, 'last', log);
    log.length = 0;
    await system.stop();
    expect(log).toEqual(['last', 'y2', 'y1', 'm', 'x2', 'x1'].map((name) => `-${name} shutdown`));
    expect(system.roots.size).toBe(0);
    expect(system.deadLetters).toBe(0);
  });

  it('waits for the running handler, takes no further message, and stops the next child only then', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system);
    const gate = aGate();
    const child = childOf(supervisor, 'c');
    system.cast(child, 'run', async (_self, state) => {
      await gate.promise;
      state.log.push('c finished');
    });
    system.cast(child, 'note', 'never handled');
    await macrotask();
    const stopped = system.stop();
    for (let i = 0; i < 5; i++) await macrotask();
    expect(log).toEqual(['+a', '+b', '+c']);
    gate.open();
    await stopped;
    expect(log.slice(3)).toEqual(['c finished', '-c shutdown', '-b shutdown', '-a shutdown']);
    expect(system.deadLetters).toBe(1);
  });

  it('kills a child whose handler takes longer than its shutdown time, and goes on', async () => {
    const { system, clock } = aSystem();
    const { supervisor, log } = aFamily(system, {}, { shutdownMs: 300 });
    const child = childOf(supervisor, 'b');
    system.cast(child, 'run', () => new Promise(() => undefined));
    await macrotask();
    const stopped = system.stop();
    await macrotask();
    clock.advance(299);
    await macrotask();
    expect(child.alive).toBe(true);
    clock.advance(1);
    await stopped;
    expect((child as Process).reason).toBe('killed');
    expect(log.slice(3)).toEqual(['-c shutdown', '-a shutdown']);
    expect(system.inFlight.size).toBe(0);
  });

  it('of a supervisor that waits for its children starts no more of them', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system);
    const gate = aGate();
    system.cast(childOf(supervisor, 'c'), 'run', () => gate.promise);
    await macrotask();
    const stopped = system.stop();
    await macrotask();
    const started = startChild(system, supervisor, workerSpec('late', log)).catch(String);
    for (let i = 0; i < 3; i++) await macrotask();
    gate.open();
    await stopped;
    await expect(started).resolves.toBe('CallFailed: call startChild to family: shutdown');
    expect(log).not.toContain('+late');
  });

  it('asked for twice is done once, and both wait for it', async () => {
    const { system, rootExits } = aSystem();
    const worker = aWorker(system) as Process;
    const gate = aGate();
    system.cast(worker, 'run', () => gate.promise);
    await macrotask();
    let ended = 0;
    const both = [1, 2].map(async () => {
      await worker.shutdown(1_000);
      ended++;
    });
    await macrotask();
    expect(ended).toBe(0);
    gate.open();
    await Promise.all(both);
    expect(rootExits).toHaveLength(1);
  });

  it('of a supervisor in the middle of a restart waits for the restart, then stops everything', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system, { strategy: 'one_for_all' });
    const gate = aGate();
    system.cast(childOf(supervisor, 'c'), 'run', () => gate.promise);
    system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
    for (let i = 0; i < 3; i++) await macrotask();
    const stopped = system.stop();
    await macrotask();
    gate.open();
    await stopped;
    expect(log.slice(-3)).toEqual(['-c shutdown', '-b shutdown', '-a shutdown']);
    expect(system.nactRoot.children.size).toBe(0);
    expect(system.inFlight.size).toBe(0);
  });

  it('a supervisor killed in the middle of a restart starts nothing any more', async () => {
    const { system, crashes } = aSystem();
    const { supervisor, log } = aFamily(system, { strategy: 'one_for_all' });
    const gate = aGate();
    system.cast(childOf(supervisor, 'c'), 'run', () => gate.promise);
    system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
    for (let i = 0; i < 3; i++) await macrotask();
    system.kill(supervisor);
    gate.open();
    await settle(system);
    expect(log).toEqual(['+a', '+b', '+c', '-a boom']);
    expect(crashes).toMatchObject([{ during: 'cast crash' }]);
    expect(system.nactRoot.children.size).toBe(0);
  });

  it('of a handler that crashes meanwhile ends with the crash, without a restart', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system);
    const gate = aGate();
    const child = childOf(supervisor, 'a');
    system.cast(child, 'run', () => gate.promise);
    await macrotask();
    const terminated = terminateChild(system, supervisor, 'a');
    await macrotask();
    gate.fail(new Error('boom'));
    await expect(terminated).resolves.toBe(true);
    await settle(system);
    expect(log.slice(3)).toEqual(['-a boom']);
  });

  it('survives a beforeStop that rejects', async () => {
    const { system, crashes, rootExits } = aSystem();
    const Clumsy: GenServer<Protocol> = {
      kind: 'Clumsy',
      init: () => ({ state: null }),
      beforeStop: () => Promise.reject(new Error('clumsy')),
    };
    system.spawn(Clumsy, null, 'clumsy');
    await system.stop();
    expect(rootExits).toMatchObject([{ reason: 'shutdown' }]);
    expect(crashes).toMatchObject([{ during: 'beforeStop', late: true }]);
  });

  it('may come while init runs: the actor ends, its starter is not held up', async () => {
    const { system } = aSystem();
    const supervisor = system.spawn(Supervisor, {}, 'supervisor');
    const init = (self: object) => void (self as Process).shutdown(100);
    const spec = { ...workerSpec('w', [], { restart: 'temporary' }), arg: { name: 'w', init } };
    const pid = await startChild(system, supervisor, spec as never);
    expect((pid as Process).reason).toBe('shutdown');
    await system.stop();
  });
});
