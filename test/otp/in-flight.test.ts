import { describe, expect, it } from '@jest/globals';
import { InFlight } from '../../src/otp/in-flight.js';
import { NotQuiet } from '../../src/otp/index.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import { aGate, aSystem, aWorker, type Step, seenBy } from '../support/actors.js';

describe('quiesce', () => {
  it('resolves at once when nothing is under way', async () => {
    await aSystem().system.quiesce();
  });

  it('waits for messages that messages cause, however many hops away', async () => {
    const { system } = aSystem();
    const [a, b] = [aWorker(system, 'a'), aWorker(system, 'b')];
    let hops = 0;
    const hop: Step = (self) => {
      if (++hops < 100) self.cast(hops % 2 === 0 ? a : b, 'run', hop);
    };
    system.cast(a, 'run', hop);
    await system.quiesce();
    expect(hops).toBe(100);
  });

  it('waits for asynchronous handlers, and for a piped promise until its message is handled', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    const [handler, piped] = [aGate(), aGate<string>()];
    system.cast(worker, 'run', (self) => {
      self.pipe(piped.promise, String, String);
      return handler.promise;
    });
    let quiet = false;
    const done = system.quiesce().then(() => {
      quiet = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    handler.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect([quiet, system.inFlight.size]).toEqual([false, 1]);
    piped.open('arrived');
    await done;
    expect(seenBy(worker)).toEqual(['arrived']);
  });

  it('is over only when the handler is: what it sent last is waited for too', async () => {
    const { system } = aSystem();
    const [a, b] = [aWorker(system, 'a'), aWorker(system, 'b')];
    const log: string[] = [];
    system.cast(a, 'run', async (self) => {
      await Promise.resolve();
      self.cast(b, 'run', () => void log.push('b took it'));
    });
    await system.quiesce();
    expect(log).toEqual(['b took it']);
  });

  it('holds with a scheduler that pauses before turns', async () => {
    let turns = 0;
    const pauseBeforeTurn = async () => {
      for (let i = turns++ % 4; i > 0; i--) await new Promise((resolve) => setImmediate(resolve));
    };
    const { system } = aSystem({ scheduler: { pauseBeforeTurn } });
    const worker = aWorker(system);
    for (let i = 0; i < 20; i++) system.send(worker, i);
    await system.quiesce();
    expect(seenBy(worker)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(system.inFlight.size).toBe(0);
  });

  it('counts a message as lost whose actor is killed in the pause before its turn', async () => {
    const gate = aGate();
    const { system } = aSystem({ scheduler: { pauseBeforeTurn: () => gate.promise } });
    const worker = aWorker(system);
    system.send(worker, 'never handled');
    await new Promise((resolve) => setImmediate(resolve));
    system.kill(worker);
    expect(system.inFlight.size).toBe(0);
    gate.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(seenBy(worker)).toEqual([]);
    expect(system.deadLetters).toBe(1);
    expect(system.inFlight.size).toBe(0);
  });
});

describe('watchdog', () => {
  it('rejects with the tree when the system does not become quiet', async () => {
    const { system, clock } = aSystem({ watchdogMs: 1_000 });
    const worker = aWorker(system, 'stuck');
    const gate = aGate();
    system.cast(worker, 'run', () => gate.promise);
    const quiet = system.quiesce();
    await new Promise((resolve) => setImmediate(resolve));
    system.cast(worker, 'note', 'behind it');
    clock.advance(1_000);
    await expect(quiet).rejects.toThrow(NotQuiet);
    await expect(quiet).rejects.toThrow(
      /^2 messages still under way after 1000 ms\nACTOR .*\nWorker stuck \(busy\) +1 +0 /,
    );
    gate.open();
    await system.quiesce();
  });

  it('does not bark when the system was quiet in between, and guards the next wait for a whole period', async () => {
    const clock = new SimClock();
    const inFlight = new InFlight(clock, 1_000, () => '');
    inFlight.add();
    const first = inFlight.quiesce();
    inFlight.done();
    await first;
    clock.advance(900);
    inFlight.add();
    const second = inFlight.quiesce();
    let barked = false;
    const outcome = second.catch(() => {
      barked = true;
    });
    clock.advance(999);
    await Promise.resolve();
    expect(barked).toBe(false);
    clock.advance(1_000);
    await outcome;
    expect(barked).toBe(true);
  });

  it('sets one timer for many waits', () => {
    const clock = new SimClock();
    const inFlight = new InFlight(clock, 1_000, () => '');
    for (let i = 0; i < 100; i++) {
      inFlight.add();
      void inFlight.quiesce();
      inFlight.done();
    }
    expect(clock.pendingTimers).toBe(1);
  });
});

describe('InFlight', () => {
  it('refuses to count below zero', () => {
    expect(() => new InFlight(new SimClock(), 1, () => '').done()).toThrow(
      'more messages done than were sent',
    );
  });
});
