import { describe, expect, it } from '@jest/globals';
import { Supervisor, startChild, terminateChild, whichChildren } from '../../src/otp/index.js';
import { aSystem, aWorker, settle, type WorkerProtocol, workerSpec } from '../support/actors.js';

describe('Registry', () => {
  it('finds a live actor by its name', () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    system.registry.register('name', worker);
    expect(system.registry.lookup('name')).toBe(worker);
    expect(system.registry.names()).toEqual(['name']);
  });

  it('refuses a name that is taken, and frees it the moment its holder ends', () => {
    const { system } = aSystem();
    const [first, second] = [aWorker(system, 'first'), aWorker(system, 'second')];
    system.registry.register('name', first);
    expect(() => system.registry.register('name', second)).toThrow('the name name is taken by first');
    system.kill(first);
    system.registry.register('name', second);
    expect(system.registry.lookup('name')).toBe(second);
  });

  it('takes in no actor that has ended', () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    system.kill(worker);
    system.registry.register('name', worker);
    expect(system.registry.lookup('name')).toBeUndefined();
  });

  it('leads a via address to the present incarnation', async () => {
    const { system } = aSystem();
    const via = system.registry.via<WorkerProtocol>('name');
    expect(system.cast(via, 'note', 'nobody yet')).toBe(false);
    expect(system.deadLetters).toBe(1);
    const supervisor = system.spawn(Supervisor, {}, 'supervisor');
    const log: string[] = [];
    await startChild(system, supervisor, workerSpec('w', log, { register: 'name' }));
    system.cast(via, 'note', 'first');
    system.cast(via, 'crash', 'boom');
    await settle(system);
    system.cast(via, 'note', 'second');
    await settle(system);
    expect(log).toEqual(['+w', 'first', '-w boom', '+w', 'second']);
  });

  it('gives a restarted child its name back, under one_for_all too', async () => {
    const { system } = aSystem();
    const children = ['a', 'b'].map((id) => workerSpec(id, [], { register: id }));
    system.spawn(Supervisor, { strategy: 'one_for_all', children }, 'supervisor');
    system.cast(system.registry.via<WorkerProtocol>('a'), 'crash', 'boom');
    await settle(system);
    expect(system.registry.names()).toEqual(['a', 'b']);
    expect(system.registry.lookup('b')?.alive).toBe(true);
  });

  it('that refuses a child its name fails the start, and the child does not run on', async () => {
    const { system } = aSystem();
    system.registry.register('name', aWorker(system));
    const supervisor = system.spawn(Supervisor, {}, 'supervisor');
    const log: string[] = [];
    const spec = workerSpec('w', log, { register: 'name' });
    await expect(startChild(system, supervisor, spec)).rejects.toThrow('the name name is taken by worker');
    await settle(system);
    expect(await whichChildren(system, supervisor)).toEqual([]);
    expect(log).toEqual(['+w', '-w the name name is taken by worker']);
    expect(await terminateChild(system, supervisor, 'w')).toBe(false);
  });
});
