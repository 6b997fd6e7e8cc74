import { describe, expect, it } from '@jest/globals';
import type { Self } from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { aGate, aSystem, aWorker, seenBy, settle, type WorkerProtocol } from '../support/actors.js';

/** A worker and, for convenience, what its handlers see as self. */
const aWorkerWithSelf = (...options: Parameters<typeof aSystem>) => {
  const test = aSystem(...options);
  const worker = aWorker(test.system);
  return { ...test, worker, self: worker as Process as Self<WorkerProtocol> };
};

describe('sendAfter', () => {
  it('sends when the delay is over', async () => {
    const { system, clock, worker, self } = aWorkerWithSelf();
    self.sendAfter(100, 'ring');
    clock.advance(99);
    await settle(system);
    expect(seenBy(worker)).toEqual([]);
    clock.advance(1);
    await settle(system);
    expect(seenBy(worker)).toEqual(['ring']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends nothing once cancelled', async () => {
    const { system, clock, worker, self } = aWorkerWithSelf();
    const cancel = self.sendAfter(100, 'ring');
    cancel();
    cancel();
    clock.advance(100);
    await settle(system);
    expect(seenBy(worker)).toEqual([]);
  });

  it('is forgotten when the actor ends', () => {
    const { system, clock, worker, self } = aWorkerWithSelf();
    self.sendAfter(100, 'ring');
    self.sendAfter(200, 'ring');
    system.kill(worker);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(1_000);
    expect(system.deadLetters).toBe(0);
    self.sendAfter(100, 'set by a dead actor');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('pipe', () => {
  it('sends what became of the promise, failure included', async () => {
    const { system, worker, self } = aWorkerWithSelf();
    self.pipe(Promise.resolve(1), (value) => ({ value }), String);
    self.pipe(Promise.reject(new Error('no')), String, (error) => ({ error: (error as Error).message }));
    await settle(system);
    expect(seenBy(worker)).toEqual([{ value: 1 }, { error: 'no' }]);
  });

  it('leaves the mailbox open meanwhile', async () => {
    const { system, worker, self } = aWorkerWithSelf();
    const gate = aGate<string>();
    self.pipe(gate.promise, String, String);
    system.send(worker, 'first');
    await system.call(worker, 'seen', null);
    gate.open('second');
    await settle(system);
    expect(seenBy(worker)).toEqual(['first', 'second']);
  });

  it.each(['value', 'failure'])('passes over a %s that comes after the end of the actor', async (outcome) => {
    const { system, worker, self } = aWorkerWithSelf();
    const gate = aGate<string>();
    let mapped = false;
    const map = () => {
      mapped = true;
    };
    self.pipe(gate.promise, map, map);
    system.kill(worker);
    expect(system.inFlight.size).toBe(0);
    if (outcome === 'value') gate.open('late');
    else gate.fail(new Error('late'));
    await settle(system);
    expect([mapped, system.inFlight.size, system.deadLetters]).toEqual([false, 0, 0]);
  });

  it('from a dead actor swallows the failure', async () => {
    const { system, worker, self } = aWorkerWithSelf();
    system.kill(worker);
    self.pipe(Promise.reject(new Error('unheard')), String, String);
    await settle(system);
    expect(system.inFlight.size).toBe(0);
  });

  it('crashes the actor when making the message throws', async () => {
    const { system, crashes, rootExits, self } = aWorkerWithSelf();
    const throwing = () => {
      throw new Error('cannot read it');
    };
    self.pipe(Promise.resolve(1), throwing, String);
    await settle(system);
    expect(crashes).toMatchObject([{ during: 'a piped result', late: false }]);
    expect(rootExits).toMatchObject([{ reason: { message: 'cannot read it' } }]);
    expect(system.inFlight.size).toBe(0);
  });

  it('is counted once when making the message kills the actor', async () => {
    const { system, worker, self } = aWorkerWithSelf();
    self.pipe(Promise.resolve(1), () => system.kill(worker), String);
    await settle(system);
    expect(worker.alive).toBe(false);
    expect(system.inFlight.size).toBe(0);
  });
});
