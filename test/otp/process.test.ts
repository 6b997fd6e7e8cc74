import { describe, expect, it } from '@jest/globals';
import {
  type ExitReason,
  type GenServer,
  type Pid,
  type Protocol,
  Supervisor,
  startChild,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import {
  aGate,
  aSystem,
  aWorker,
  downsSeenBy,
  seenBy,
  settle,
  type TestSystem,
  type WorkerProtocol,
  workerSpec,
} from '../support/actors.js';

type WayToDie = readonly [
  name: string,
  die: (test: TestSystem, pid: Pid<WorkerProtocol>) => void,
  reason: string | RegExp,
];

const onNextMicrotasks = async (count: number, run: () => void): Promise<void> => {
  for (let i = 0; i < count; i++) await Promise.resolve();
  run();
};

const crashAndKillLater = (microtasks: number): WayToDie => [
  `crash, and kill ${microtasks} microtasks into it`,
  ({ system }, pid) => {
    system.cast(pid, 'run', () => {
      void onNextMicrotasks(microtasks, () => system.kill(pid));
      throw new Error('boom');
    });
  },
  /^(killed|Error: boom)$/,
];

const WAYS_TO_DIE: readonly WayToDie[] = [
  ['stop normally', ({ system }, pid) => system.cast(pid, 'stop', 'normal'), 'normal'],
  ['stop with shutdown', ({ system }, pid) => system.cast(pid, 'stop', 'shutdown'), 'shutdown'],
  ['crash', ({ system }, pid) => system.cast(pid, 'crash', 'boom'), /boom/],
  [
    'crash in an asynchronous handler',
    ({ system }, pid) => system.cast(pid, 'run', () => Promise.reject(new Error('boom'))),
    /boom/,
  ],
  ['kill', ({ system }, pid) => system.kill(pid), 'killed'],
  [
    'kill from its own handler',
    ({ system }, pid) => system.cast(pid, 'run', () => system.kill(pid)),
    'killed',
  ],
  [
    'kill from its own handler that then throws',
    ({ system }, pid) =>
      system.cast(pid, 'run', () => {
        system.kill(pid);
        throw new Error('boom');
      }),
    'killed',
  ],
  ['orderly shutdown', (_test, pid) => void (pid as Process).shutdown(100), 'shutdown'],
  [
    'everything at once',
    ({ system }, pid) => {
      system.cast(pid, 'crash', 'boom');
      system.cast(pid, 'stop', 'normal');
      void (pid as Process).shutdown(100);
      system.kill(pid);
      void (pid as Process).shutdown(100);
    },
    'shutdown',
  ],
  ...[0, 1, 2, 3, 4, 5, 6].map(crashAndKillLater),
];

const textOf = (reason: ExitReason): string => String(reason);

describe('the end of an actor', () => {
  describe.each(['root', 'child'])('of a %s', (place) => {
    it.each(WAYS_TO_DIE)(
      '%s: one Down with the reason, name free, nothing in flight',
      async (_name, die, reason) => {
        const test = aSystem();
        const { system } = test;
        const watcher = aWorker(system, 'watcher');
        const supervisor = system.spawn(Supervisor, {}, 'supervisor');
        const start = async () =>
          place === 'root'
            ? aWorker(system, 'mortal')
            : startChild(system, supervisor, workerSpec('mortal', [], { restart: 'temporary' }));
        const mortal = await start();
        system.cast(watcher, 'watch', mortal);
        await settle(system);

        die(test, mortal);
        await settle(system);

        expect(mortal.alive).toBe(false);
        expect(downsSeenBy(watcher)).toHaveLength(1);
        expect(textOf(downsSeenBy(watcher)[0]?.reason as ExitReason)).toMatch(reason);
        expect(system.inFlight.size).toBe(0);
        const successor = await start();
        expect(successor.alive).toBe(true);
        expect(test.rootExits).toHaveLength(place === 'root' ? 1 : 0);
      },
    );
  });

  it('tells an actor that ended its reason in terminate, but not when it was killed', async () => {
    const { system } = aSystem();
    const log: string[] = [];
    system.cast(aWorker(system, 'crashes', log), 'crash', 'boom');
    system.cast(aWorker(system, 'stops', log), 'stop', 'normal');
    system.kill(aWorker(system, 'killed', log));
    await settle(system);
    expect(log.filter((line) => line.startsWith('-'))).toEqual(['-crashes boom', '-stops normal']);
  });

  it('counts messages to a dead actor, and those in its mailbox, as dead letters', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    system.cast(worker, 'crash', 'boom');
    system.cast(worker, 'note', 'waiting');
    system.cast(worker, 'note', 'waiting too');
    await settle(system);
    expect(system.deadLetters).toBe(2);
    expect(system.cast(worker, 'note', 'too late')).toBe(false);
    expect(system.send(worker, 'too late')).toBe(false);
    expect(system.deadLetters).toBe(4);
  });

  it('lets a killed actor do nothing when its handler wakes', async () => {
    const { system, crashes } = aSystem();
    const other = aWorker(system, 'other');
    const worker = aWorker(system);
    const gate = aGate();
    const results: unknown[] = [];
    system.cast(worker, 'run', async (self) => {
      await gate.promise;
      results.push(self.alive, self.cast(other, 'note', 'from beyond'), self.send(other, 'from beyond'));
      results.push(await self.call(other, 'seen', null).catch((error: unknown) => String(error)));
      self.monitor(other);
      self.sendAfter(1, 'never');
      self.pipe(Promise.resolve(1), String, String);
      throw new Error('last gasp');
    });
    await new Promise((resolve) => setImmediate(resolve));
    system.kill(worker);
    gate.open();
    await settle(system);
    expect(results).toEqual([false, false, false, 'CallFailed: call seen to worker: killed']);
    expect(seenBy(other)).toEqual([]);
    expect(crashes).toMatchObject([{ during: 'cast run', late: true }]);
    const { deadLetters } = system;
    system.kill(other);
    expect([system.inFlight.size, system.deadLetters]).toEqual([0, deadLetters]);
  });

  it('does not wait, to be quiet, for a killed actor whose handler hangs or whose piped promise never settles', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    system.cast(worker, 'run', (self) => {
      self.pipe(new Promise(() => undefined), String, String);
      return new Promise(() => undefined);
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(system.inFlight.size).toBe(2);
    system.kill(worker);
    expect(system.inFlight.size).toBe(0);
  });

  it('stays dead when the one who is told of its crash kills it', async () => {
    const test = aSystem({ onCrash: ({ pid }) => test.system.kill(pid) });
    const { system, rootExits } = test;
    const worker = aWorker(system);
    system.cast(worker, 'crash', 'boom');
    system.cast(worker, 'note', 'waiting');
    await settle(system);
    expect(worker.alive).toBe(false);
    expect(rootExits).toMatchObject([{ reason: 'killed' }]);
    expect(system.inFlight.size).toBe(0);
  });

  it('a root may be started anew by the one who is told of its end', async () => {
    const started: Pid<WorkerProtocol>[] = [];
    const test = aSystem({ onRootExit: ({ name }) => started.push(aWorker(test.system, name)) });
    const { system } = test;
    system.cast(aWorker(system), 'crash', 'boom');
    await settle(system);
    expect(started).toHaveLength(1);
    expect(started[0]?.alive).toBe(true);
    await system.call(started[0] as Pid<WorkerProtocol>, 'seen', null);
  });

  it('is told as an Error whatever was thrown', async () => {
    const { system, crashes } = aSystem();
    for (const thrown of ['text', 42, null, undefined, Object.create(null)]) {
      system.cast(aWorker(system), 'run', () => {
        throw thrown;
      });
      await settle(system);
    }
    expect(crashes.map(({ error }) => error.message)).toEqual([
      'text',
      '42',
      'null',
      'undefined',
      '[Object: null prototype] {}',
    ]);
  });

  it('is not disturbed by last words that throw', async () => {
    const { system, crashes, rootExits } = aSystem();
    const Sour: GenServer<Protocol> = {
      kind: 'Sour',
      init: () => ({ state: null }),
      terminate() {
        throw new Error('sour');
      },
    };
    const pid = system.spawn(Sour, null, 'sour');
    await (pid as Process).shutdown(100);
    expect(rootExits).toMatchObject([{ reason: 'shutdown' }]);
    expect(crashes).toMatchObject([{ during: 'terminate', late: true }]);
  });
});

describe('init', () => {
  it('that throws fails the start and leaves nothing behind', async () => {
    const { system } = aSystem();
    const init = () => {
      throw new Error('bad init');
    };
    const { spawn } = { spawn: () => system.spawn(workerSpec('w').server, { name: 'w', init }, 'w') };
    expect(spawn).toThrow('bad init');
    expect(spawn).toThrow('bad init');
    await settle(system);
    expect(system.roots.size).toBe(0);
  });

  it('that returns no state fails the start', () => {
    const { system } = aSystem();
    const Forgetful = { kind: 'Forgetful', init: () => undefined } as unknown as GenServer<Protocol>;
    expect(() => system.spawn(Forgetful, null, 'f')).toThrow('init of Forgetful must return { state }');
    expect(system.roots.size).toBe(0);
  });

  it('may end its actor; nothing else runs then', async () => {
    const { system, rootExits } = aSystem();
    const log: string[] = [];
    const init = () => ({ stop: 'normal', continue: () => log.push('continued') });
    const pid = system.spawn(workerSpec('w').server, { name: 'w', log, init }, 'w');
    expect(pid.alive).toBe(false);
    await settle(system);
    expect(rootExits).toMatchObject([{ reason: 'normal' }]);
    expect(log).toEqual(['+w', '-w normal']);
    expect(system.deadLetters).toBe(0);
  });

  it('during which the actor is killed leaves it dead', async () => {
    const { system, rootExits } = aSystem();
    const pid = system.spawn(
      workerSpec('w').server,
      { name: 'w', init: (self) => system.kill(self) as undefined },
      'w',
    );
    await settle(system);
    expect(pid.alive).toBe(false);
    expect(rootExits).toHaveLength(1);
    expect(system.roots.size).toBe(0);
  });

  it('hands its note to continue before any message', async () => {
    const { system } = aSystem();
    const log: string[] = [];
    const init = () => ({ continue: () => void log.push('continued') });
    const pid = system.spawn(workerSpec('w').server, { name: 'w', log, init }, 'w');
    system.cast(pid, 'note', 'message');
    await settle(system);
    expect(log).toEqual(['+w', 'continued', 'message']);
  });
});

describe('handlers', () => {
  it('run one at a time, in the order in which one sender sent', async () => {
    const { system } = aSystem();
    const log: string[] = [];
    const worker = aWorker(system, 'w', log);
    const gate = aGate();
    system.cast(worker, 'run', async () => {
      log.push('begin');
      await gate.promise;
      log.push('end');
    });
    for (const text of ['1', '2', '3']) system.cast(worker, 'note', text);
    await new Promise((resolve) => setImmediate(resolve));
    gate.open();
    await settle(system);
    expect(log).toEqual(['+w', 'begin', 'end', '1', '2', '3']);
  });

  it('hand a note to continue before the messages that wait', async () => {
    const { system } = aSystem();
    const log: string[] = [];
    const worker = aWorker(system, 'w', log);
    system.cast(worker, 'run', () => ({ continue: () => ({ continue: () => void log.push('continued') }) }));
    system.cast(worker, 'note', 'message');
    await settle(system);
    expect(log).toEqual(['+w', 'continued', 'message']);
  });

  it('that are missing crash the actor; a missing info handler lets messages pass', async () => {
    const { system, crashes } = aSystem();
    const Mute: GenServer<Protocol> = { kind: 'Mute', init: () => ({ state: null }) };
    const mute = system.spawn(Mute, null, 'mute');
    system.send(mute, 'anything');
    await settle(system);
    expect(mute.alive).toBe(true);
    system.cast(mute as Pid, 'unknown', null);
    await settle(system);
    expect(crashes[0]?.error.message).toBe('Mute has no cast unknown');
  });
});

describe('names', () => {
  it('are unique among siblings and free again once the holder has ended', () => {
    const { system } = aSystem();
    const first = aWorker(system, 'same');
    expect(() => aWorker(system, 'same')).toThrow('the system has a child same already');
    system.kill(first);
    expect(aWorker(system, 'same').alive).toBe(true);
  });
});
