import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import {
  type ActorSystem,
  DynamicSupervisor,
  type GenServer,
  type Pid,
  type Protocol,
  PubSub,
  startChild,
  subscribeTo,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import {
  aFamily,
  aGate,
  aSystem,
  aWorker,
  childOf,
  nactTree,
  ourTree,
  seenBy,
  settle,
  type WorkerProtocol,
  workerSpec,
} from '../support/actors.js';
import { runAlone } from '../support/run-alone.js';

const OTP = join(dirname(fileURLToPath(import.meta.url)), '../../src/otp');
const sourceOf = (file: string): string => readFileSync(join(OTP, file), 'utf8');
const macrotask = () => new Promise((resolve) => setImmediate(resolve));

/** Common start of the scripts that run in a process of their own. */
const PRELUDE = `
  import { ActorSystem, Supervisor, startChild } from './index.js';
  import { systemClock } from '../platform/system-clock.js';
  const macrotask = () => new Promise((resolve) => setImmediate(resolve));
  const settle = async (system) => {
    for (let i = 0; i < 5; i++) await macrotask();
    await system.quiesce();
    for (let i = 0; i < 5; i++) await macrotask();
  };
  const Victim = {
    kind: 'Victim',
    init: () => ({ state: null }),
    casts: {
      crash: () => { throw new Error('boom'); },
      run: async (state, step, self) => { await step(self); return { state }; },
    },
    calls: { hang: () => new Promise(() => undefined) },
    terminate: () => { globalThis.ends = (globalThis.ends ?? 0) + 1; },
  };
  const spec = { id: 'victim', server: Victim, arg: null, restart: 'temporary' };
  const inMicrotasks = async (count, run) => { for (let i = 0; i < count; i++) await Promise.resolve(); run(); };
`;

describe('nact ends the process', () => {
  it.each([
    {
      pitfall: 'when onCrash or afterStop throws: what our listeners and last words throw does not reach it',
      script: `
        process.on('uncaughtException', (error) => console.log('uncaught', error.message));
        const system = new ActorSystem({
          clock: systemClock,
          onCrash: () => { throw new Error('from onCrash'); },
          onRootExit: () => { throw new Error('from onRootExit'); },
        });
        const Sour = { ...Victim, terminate: () => { throw new Error('last words'); } };
        system.cast(system.spawn(Sour, null, 'root'), 'crash', null);
        const supervisor = system.spawn(Supervisor, { children: [{ ...spec, server: Sour, restart: 'permanent' }] }, 's');
        system.cast([...supervisor.children.values()][0], 'crash', null);
        await settle(system);
        console.log(supervisor.alive, supervisor.children.size, system.inFlight.size);`,
      output: /^(uncaught from (onCrash|onRootExit)\n){5}true 1 0\n$/,
    },
    {
      pitfall:
        'when a handler throws after its actor was stopped, and runs afterStop twice: both are passed over',
      script: `
        const system = new ActorSystem({ clock: systemClock });
        const supervisor = system.spawn(Supervisor, {}, 's');
        let fail;
        const gate = new Promise((_, reject) => { fail = reject; });
        const victims = [system.spawn(Victim, null, 'root'), await startChild(system, supervisor, spec)];
        for (const victim of victims) system.cast(victim, 'run', () => gate);
        await macrotask();
        for (const victim of victims) system.kill(victim, 'shutdown');
        fail(new Error('late'));
        await settle(system);
        console.log(supervisor.alive, globalThis.ends);`,
      output: /^true 2\n$/,
    },
    {
      pitfall: 'when stopChild meets a child that is gone: a kill at any moment of a crash is harmless',
      script: `
        const system = new ActorSystem({ clock: systemClock });
        const supervisor = system.spawn(Supervisor, {}, 's');
        for (const parent of [false, true]) for (const asynchronous of [false, true])
          for (let microtasks = 0; microtasks < 10; microtasks++) {
            const victim = await startChild(system, supervisor, spec);
            const killed = parent ? system.spawn(Supervisor, { children: [spec] }, 'parent') : victim;
            const crashing = parent ? [...killed.children.values()][0] : victim;
            system.cast(crashing, 'run', (self) => {
              void inMicrotasks(microtasks, () => system.kill(killed));
              if (!asynchronous) throw new Error('boom');
              return Promise.reject(new Error('boom'));
            });
            await settle(system);
            system.kill(victim);
            await settle(system);
            if (system.roots.size !== 1 || supervisor.children.size !== 0) console.log('left over', microtasks);
          }
        console.log(supervisor.alive, system.inFlight.size);`,
      output: /^true 0\n$/,
    },
    {
      pitfall:
        'when nobody is left to escalate to: an actor that was stopped behind our back may still throw',
      script: `
        import { stopNact } from './nact.js';
        const system = new ActorSystem({ clock: systemClock });
        const supervisor = system.spawn(Supervisor, { children: [{ ...spec, restart: 'permanent' }] }, 's');
        const [victim] = supervisor.children.values();
        system.cast(victim, 'run', () => { stopNact(victim.nact); throw new Error('boom'); });
        await settle(system);
        console.log(victim.alive, supervisor.children.get('victim').alive);`,
      output: /^false true\n$/,
    },
    {
      pitfall: 'only when it is done: an open call or timer does not keep it running',
      script: `
        const system = new ActorSystem({ clock: systemClock });
        const victim = system.spawn(Victim, null, 'root');
        void system.call(victim, 'hang', null, 60_000);
        system.cast(victim, 'run', (self) => { self.sendAfter(60_000, null); });
        void system.quiesce();
        console.log('at the end');`,
      output: /^at the end\n$/,
    },
    {
      pitfall: 'and prints: a crash without listeners prints nothing, in a root and under a supervisor',
      script: `
        const system = new ActorSystem({ clock: systemClock });
        const supervisor = system.spawn(Supervisor, {}, 's');
        for (const victim of [system.spawn(Victim, null, 'root'), await startChild(system, supervisor, spec)])
          system.cast(victim, 'crash', null);
        await settle(system);`,
      output: /^$/,
    },
  ])('$pitfall', ({ script, output }) => {
    const run = runAlone(PRELUDE + script);
    expect(run.output).toMatch(output);
    expect(run.status).toBe(0);
  });
});

describe('nact stop', () => {
  it('leaves the children running: ours end with their parent, and drain no mailbox', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system);
    const children = ['a', 'b', 'c'].map((id) => childOf(supervisor, id));
    for (const child of children) system.cast(child, 'note', 'drained');
    system.kill(supervisor, 'shutdown');
    await settle(system);
    expect(children.some(({ alive }) => alive)).toBe(false);
    expect(log.slice(3)).toEqual(['-c shutdown', '-b shutdown', '-a shutdown']);
    expect(nactTree(system)).toEqual([]);
  });

  it('tells afterStop the state from before the running handler: our last words see the state after it', async () => {
    const { system } = aSystem();
    const gate = aGate();
    const lastStates: string[] = [];
    const Slow: GenServer<Protocol & { state: string; casts: { work: null } }> = {
      kind: 'Slow',
      init: () => ({ state: 'old' }),
      casts: {
        async work() {
          await gate.promise;
          return { state: 'new' };
        },
      },
      terminate: (state) => void lastStates.push(state),
    };
    system.cast(system.spawn(Slow, null, 'slow'), 'work', null);
    await macrotask();
    const stopped = system.stop();
    gate.open();
    await stopped;
    expect(lastStates).toEqual(['new']);
  });

  it('loses the mailbox: our messages are counted off and counted as dead letters', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    for (let i = 0; i < 5; i++) system.send(worker, i);
    expect(system.inFlight.size).toBe(5);
    system.kill(worker);
    expect([system.inFlight.size, system.deadLetters]).toEqual([0, 5]);
    await system.quiesce();
  });
});

describe('nact dispatch', () => {
  it('to a stopped actor is silent: ours says so and counts a dead letter', () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    system.kill(worker);
    expect(system.send(worker, 'hello')).toBe(false);
    expect(system.deadLetters).toBe(1);
  });

  it('goes by path, so that an old reference reaches the new actor: a Pid reaches its own incarnation only', async () => {
    const { system } = aSystem();
    const old = aWorker(system);
    system.send(old, 'on its way');
    system.kill(old);
    const successor = aWorker(system);
    system.send(old, 'to the old one');
    await settle(system);
    expect(seenBy(successor)).toEqual([]);
    await expect(system.call(old, 'seen', null)).rejects.toMatchObject({ reason: 'killed' });
  });

  it('keeps the order between two actors, whatever the turns of others', async () => {
    let turns = 0;
    const pauseBeforeTurn = async () => {
      for (let i = (turns++ * 7) % 5; i > 0; i--) await Promise.resolve();
    };
    const { system } = aSystem({ scheduler: { pauseBeforeTurn } });
    const [sender, receiver] = [aWorker(system, 'sender'), aWorker(system, 'receiver')];
    for (let i = 0; i < 50; i++) system.cast(sender, 'run', (self) => void self.send(receiver, i));
    await settle(system);
    expect(seenBy(receiver)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

describe('nact reset, resume and their kin', () => {
  it('are not used, nor query, spawnStateless, initial states and the rest', () => {
    const used = [...sourceOf('nact.ts').matchAll(/\bnact\.(\w+)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(['start', 'spawn', 'stop', 'Nobody']));
    const decided = [...sourceOf('process.ts').matchAll(/\bcontext\.(\w+)/g)].map(([, name]) => name);
    expect(new Set(decided)).toEqual(new Set(['parent', 'stop', 'stopChild', 'escalate']));
    const importers = readdirSync(OTP).filter((file) => /['"]nact['"]/.test(sourceOf(file)));
    expect(importers).toEqual(['nact.ts']);
    // Its ES exports are declared but not there at run time.
    expect(sourceOf('nact.ts')).not.toMatch(/from 'nact'/);
  });

  it('keep mailbox and mutated state over a crash: a restart begins with a fresh state and an empty mailbox', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system);
    const child = childOf(supervisor, 'a');
    system.send(child, 'mutates the state');
    system.cast(child, 'crash', 'boom');
    system.send(child, 'behind the crash');
    await settle(system);
    expect(log.slice(3)).toEqual(['-a boom', '+a']);
    expect(seenBy(childOf(supervisor, 'a'))).toEqual([]);
  });

  it('may run two handlers at once in one actor: a busy sibling is restarted only when its handler is done', async () => {
    const { system } = aSystem();
    const { supervisor, log } = aFamily(system, { strategy: 'one_for_all' });
    const gate = aGate();
    system.cast(childOf(supervisor, 'b'), 'run', async (_self, state) => {
      await gate.promise;
      state.log.push('old b finished');
    });
    system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
    for (let i = 0; i < 5; i++) await macrotask();
    gate.open();
    await settle(system);
    expect(log.lastIndexOf('+b')).toBeGreaterThan(log.indexOf('old b finished'));
  });

  it('wedge an actor: after a crash both supervisor and successor take messages', async () => {
    const { system } = aSystem();
    const { supervisor } = aFamily(system);
    for (let i = 0; i < 3; i++) {
      system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
      await settle(system);
      await system.call(childOf(supervisor, 'a'), 'seen', null);
      await system.call(supervisor, 'countChildren', null);
    }
  });
});

describe('nact spawn', () => {
  it('returns a reference although the initial state threw: ours throws, and the name is free', () => {
    const { system } = aSystem();
    const init = () => {
      throw new Error('bad init');
    };
    const spec = workerSpec('w');
    expect(() => system.spawn(spec.server, { name: 'w', init }, 'w')).toThrow('bad init');
    expect(aWorker(system, 'w').alive).toBe(true);
  });

  it.each(['TRADE_EVENTS:XRPUSDT', 'a/b', 'me@home', '100%', '~', 'a=b', 'with space', 'Ä', '🦔', ''])(
    'refuses the name "%s": ours takes it',
    async (name) => {
      const { system } = aSystem();
      const worker = aWorker(system, name);
      await expect(system.call(worker, 'seen', null)).resolves.toEqual([]);
      expect(ourTree(system)).toEqual(nactTree(system));
    },
  );

  it('without a return value loses the state: a handler that returns none crashes its actor', async () => {
    const { system, crashes } = aSystem();
    const Forgetful = {
      kind: 'Forgetful',
      init: () => ({ state: 1 }),
      casts: { forget: () => undefined, forgetLater: () => Promise.resolve() },
    } as unknown as GenServer<Protocol>;
    for (const key of ['forget', 'forgetLater']) {
      system.cast(system.spawn(Forgetful, null, 'f') as Pid, key, null);
      await settle(system);
    }
    const message = 'a handler of Forgetful must return { state }';
    expect(crashes.map(({ error }) => error.message)).toEqual([message, message]);
  });

  it('swallows the errors of a stateless actor: every crash of ours is reported', async () => {
    const { system, crashes } = aSystem();
    const worker = aWorker(system);
    system.cast(worker, 'crash', 'boom');
    await settle(system);
    expect(crashes).toMatchObject([
      { pid: worker, during: 'cast crash', error: { message: 'boom' }, late: false },
    ]);
  });
});

describe('nact query', () => {
  it('shows a crash as a timeout: our call is rejected at once, with the cause', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    const boom = new Error('boom');
    const call = system.call(worker, 'run', () => Promise.reject(boom));
    // The simulated clock stands still, so no timeout can have done it.
    await expect(call).rejects.toMatchObject({ cause: boom });
  });

  it('resolves with an Error: ours lets a callee refuse and go on', async () => {
    const { system } = aSystem();
    const pool = system.spawn(DynamicSupervisor, {}, 'pool');
    await startChild(system, pool, workerSpec('w'));
    await expect(startChild(system, pool, workerSpec('w'))).rejects.toThrow('has a child w already');
    expect(pool.alive).toBe(true);
  });

  it('mixes up replies after some 37,000 open queries: ours does not', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    const numbers = Array.from({ length: 40_000 }, (_, i) => i);
    const replies = await Promise.all(numbers.map((i) => system.call(worker, 'run', () => i)));
    expect(replies).toEqual(numbers);
  });

  it('deadlocks when two actors ask each other: ours refuses the call that closes the circle', async () => {
    const { system } = aSystem();
    const [a, b] = [aWorker(system, 'a'), aWorker(system, 'b')];
    const call = system.call(a, 'run', (self) =>
      self.call(b, 'run', (inner) => inner.call(a, 'seen', null).catch((error: Error) => error.message)),
    );
    await expect(call).resolves.toBe('call seen to a: deadlock');
  });
});

describe('nact copies the children for every message', () => {
  it('so PubSub, the busiest mailbox, has none however many subscribe', async () => {
    const { system } = aSystem();
    const pubsub = system.spawn(PubSub, undefined, 'pubsub');
    for (let i = 0; i < 100; i++) subscribeTo(system, pubsub, 'T', aWorker(system, `w${i}`));
    await settle(system);
    expect((pubsub as Process).children.size).toBe(0);
    expect(system.nactRoot.children.get('pubsub')?.children.size).toBe(0);
  });
});

describe('nact references carry no type', () => {
  it('so ours refuse a wrong message when they are compiled', () => {
    const neverRun = (system: ActorSystem, worker: Pid<WorkerProtocol>): void => {
      // @ts-expect-error there is no such cast
      system.cast(worker, 'unknown', null);
      // @ts-expect-error the argument is a string
      system.cast(worker, 'note', 42);
      // @ts-expect-error there is no such call
      void system.call(worker, 'unknown', null);
      // @ts-expect-error a subscriber must take what is published
      subscribeTo<number>(system, worker as never, 'T', worker as Pid<Protocol & { info: string }>);
    };
    expect(neverRun).toBeInstanceOf(Function);
  });
});
