import { describe, expect, it } from '@jest/globals';
import { Supervisor, startChild } from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { aFamily, aSystem, aWorker, childOf, downsSeenBy, settle, workerSpec } from '../support/actors.js';

describe('monitor', () => {
  it('tells nothing while the other lives', async () => {
    const { system } = aSystem();
    const watcher = aWorker(system, 'watcher');
    system.cast(watcher, 'watch', aWorker(system));
    await settle(system);
    expect(downsSeenBy(watcher)).toEqual([]);
  });

  it('tells once for each time it was asked, with the reference it returned', async () => {
    const { system } = aSystem();
    const [watcher, worker] = [aWorker(system, 'watcher'), aWorker(system)];
    const refs: number[] = [];
    system.cast(watcher, 'run', (self) => void refs.push(self.monitor(worker), self.monitor(worker)));
    await settle(system);
    system.cast(worker, 'stop', 'normal');
    await settle(system);
    expect(downsSeenBy(watcher).map(({ ref, pid, reason }) => [ref, pid.name, reason])).toEqual(
      refs.map((ref) => [ref, 'worker', 'normal']),
    );
  });

  it('of an actor that has ended tells at once, with its reason', async () => {
    const { system } = aSystem();
    const [watcher, worker] = [aWorker(system, 'watcher'), aWorker(system)];
    system.kill(worker);
    system.cast(watcher, 'watch', worker);
    await settle(system);
    expect(downsSeenBy(watcher).map(({ reason }) => reason)).toEqual(['killed']);
  });

  it('taken back tells nothing', async () => {
    const { system } = aSystem();
    const [watcher, worker] = [aWorker(system, 'watcher'), aWorker(system)];
    system.cast(watcher, 'run', (self) => self.demonitor(self.monitor(worker)) as undefined);
    await settle(system);
    system.kill(worker);
    await settle(system);
    expect(downsSeenBy(watcher)).toEqual([]);
  });

  it('ends with the watcher: nobody sends to it afterwards', async () => {
    const { system } = aSystem();
    const [watcher, worker] = [aWorker(system, 'watcher'), aWorker(system)];
    system.cast(watcher, 'watch', worker);
    await settle(system);
    system.kill(watcher);
    system.kill(worker);
    await settle(system);
    expect(system.deadLetters).toBe(0);
  });

  it('of a child tells of this incarnation only, not of the next', async () => {
    const { system } = aSystem();
    const watcher = aWorker(system, 'watcher');
    const { supervisor } = aFamily(system);
    system.cast(watcher, 'watch', childOf(supervisor, 'a'));
    await settle(system);
    system.kill(childOf(supervisor, 'a'));
    await settle(system);
    system.kill(childOf(supervisor, 'a'));
    await settle(system);
    expect(downsSeenBy(watcher)).toHaveLength(1);
  });

  it('of a killed tree is told before the system counts as quiet', async () => {
    const { system } = aSystem();
    const watcher = aWorker(system, 'watcher');
    const { supervisor } = aFamily(system);
    system.cast(watcher, 'watch', supervisor);
    await settle(system);
    system.cast(childOf(supervisor, 'a'), 'note', 'all there is under way, and dropped');
    const quiet = system.quiesce();
    system.kill(supervisor);
    await quiet;
    expect(downsSeenBy(watcher)).toHaveLength(1);
  });

  it('of a whole tree tells of each actor in it, children first', async () => {
    const { system } = aSystem();
    const watcher = aWorker(system, 'watcher');
    const top = system.spawn(Supervisor, {}, 'top');
    const child = await startChild(system, top, workerSpec('child'));
    for (const pid of [top, child]) system.cast(watcher, 'watch', pid);
    await settle(system);
    system.cast(child, 'note', 'in the mailbox');
    const quiet = system.quiesce();
    system.kill(top);
    await quiet;
    expect(downsSeenBy(watcher).map(({ pid }) => pid.name)).toEqual(['child', 'top']);
    expect((child as Process).reason).toBe('killed');
  });
});
