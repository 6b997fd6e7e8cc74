import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pid, SupervisorProtocol } from '../../src/otp/index.js';
import { Supervisor } from '../../src/otp/index.js';
import { Service } from '../../src/services/service.js';
import { serviceTreeSpec } from '../../src/services/service-tree.js';
import { childThings } from '../../src/services/things.js';
import {
  aGate,
  aSystem,
  settle,
  type TestSystem,
  type WorkerProtocol,
  workerSpec,
} from '../support/actors.js';
import { Desired } from '../support/desired.js';
import { aLog } from '../support/log.js';

const SUPERVISOR = 'DynamicWorkerSupervisor';

interface Fixture extends TestSystem {
  readonly service: Service<string>;
  readonly desired: Desired<string>;
  readonly log: ReturnType<typeof aLog>;
  /** Starts and ends of workers. */
  readonly seen: string[];
  readonly changed: string[];
  readonly broken: Set<string>;
  /** Names that nobody knows any more. */
  readonly forgotten: Set<string>;
  worker(name: string): Pid<WorkerProtocol> | undefined;
  supervisor(): Pid<SupervisorProtocol> | undefined;
}

const open: Fixture[] = [];
afterEach(async () => {
  for (const { system } of open.splice(0)) await system.stop();
});

function aService({ follows = true, starts = true } = {}): Fixture {
  const test = aSystem();
  const { system } = test;
  const log = aLog();
  const seen: string[] = [];
  const changed: string[] = [];
  const broken = new Set<string>();
  const forgotten = new Set<string>();
  const things = childThings<string>(system, {
    supervisor: system.registry.via<SupervisorProtocol>(SUPERVISOR),
    idOf: (name) => `Worker ${name}`,
    whyNot: (name) => (name.startsWith('?') || forgotten.has(name) ? `nobody knows ${name}` : null),
    child: (name) =>
      workerSpec(`Worker ${name}`, seen, {
        register: `Worker ${name}`,
        arg: {
          name,
          log: seen,
          init: () => {
            if (broken.has(name)) throw new Error(`${name} is broken`);
          },
        },
      }),
  });
  const change = (name: string, wanted: string): boolean => {
    changed.push(`${name} ${wanted}`);
    return wanted !== 'anew';
  };
  const service = new Service('working', system, { ...things, change }, log);
  const desired = new Desired<string>();
  const fixture: Fixture = {
    ...test,
    service,
    desired,
    log,
    seen,
    changed,
    broken,
    forgotten,
    worker: (name) => system.registry.lookup<WorkerProtocol>(`Worker ${name}`),
    supervisor: () => system.registry.lookup<SupervisorProtocol>(SUPERVISOR),
  };
  open.push(fixture);
  if (starts) {
    const spec = serviceTreeSpec({
      id: 'Working',
      supervisor: SUPERVISOR,
      service,
      ...(follows ? { desired } : {}),
    });
    system.spawn(Supervisor, { strategy: 'rest_for_one', children: [spec] }, 'root');
  }
  return fixture;
}

const errors = ({ log }: Fixture): string[] =>
  log.entries.filter(({ level }) => level === 'error').map(({ message }) => message);

describe('a service that is asked', () => {
  let test: Fixture;
  beforeEach(() => {
    test = aService({ follows: false });
  });

  it('starts, lists and stops a thing', async () => {
    const { service } = test;
    expect(await service.start('a', '')).toEqual({ kind: 'started' });
    expect(await service.list()).toMatchObject([{ name: 'a', state: 'running', restarts: 0, reason: null }]);
    expect(await service.stop('a')).toEqual({ kind: 'stopped' });
    expect(await service.list()).toEqual([]);
    expect(test.seen).toEqual(['+a', '-a shutdown']);
  });

  it('answers the second of two starts, and of two stops, that come at once', async () => {
    const { service } = test;
    expect(await Promise.all([service.start('a', ''), service.start('a', '')])).toEqual([
      { kind: 'started' },
      { kind: 'already-running' },
    ]);
    expect(await Promise.all([service.stop('a'), service.stop('a')])).toEqual([
      { kind: 'stopped' },
      { kind: 'not-running' },
    ]);
    expect(test.seen).toEqual(['+a', '-a shutdown']);
  });

  it('carries out starts and stops in the order in which they came', async () => {
    const { service } = test;
    const answers = await Promise.all([
      service.start('a', ''),
      service.stop('a'),
      service.start('a', ''),
      service.stop('a'),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual(['started', 'stopped', 'started', 'stopped']);
  });

  it('answers that it does not know a name, and what it is not running', async () => {
    expect(await test.service.start('?x', '')).toEqual({ kind: 'unknown', reason: 'nobody knows ?x' });
    expect(await test.service.stop('?x')).toEqual({ kind: 'not-running' });
  });

  it.each([
    '',
    ' ',
    'TRADE_EVENTS:XRPUSDT',
    'a/b',
    '__proto__',
    'constructor',
    'ü%20',
    '💰',
    'a'.repeat(300),
  ])('takes any name: %p', async (name) => {
    expect(await test.service.start(name, '')).toEqual({ kind: 'started' });
    expect(await test.service.start(name, '')).toEqual({ kind: 'already-running' });
    expect((await test.service.list()).map((thing) => thing.name)).toEqual([name]);
    expect(await test.service.stop(name)).toEqual({ kind: 'stopped' });
  });

  it('answers with the reason when a start throws, and starts it once that is mended', async () => {
    test.broken.add('a');
    expect(await test.service.start('a', '')).toEqual({ kind: 'failed', reason: 'a is broken' });
    expect(await test.service.list()).toMatchObject([
      { name: 'a', state: 'given-up', reason: 'a is broken' },
    ]);
    test.broken.clear();
    expect(await test.service.start('a', '')).toEqual({ kind: 'started' });
    expect(await test.service.list()).toMatchObject([{ name: 'a', state: 'running' }]);
  });

  it('answers that it is not there when its supervisor is not', async () => {
    const { service } = aService({ starts: false });
    expect(await service.start('a', '')).toEqual({ kind: 'unavailable' });
    expect(await service.stop('a')).toEqual({ kind: 'unavailable' });
    expect(await service.list()).toEqual([]);
  });

  it('gives up alone what keeps crashing, shows it, and starts it when it is asked to', async () => {
    const { service, system } = test;
    await service.start('a', '');
    await service.start('b', '');
    for (let crash = 0; crash < 4; crash++) {
      system.kill(test.worker('a') as Pid);
      await settle(system);
    }
    expect(await service.list()).toMatchObject([
      { name: 'a', state: 'given-up', reason: expect.stringContaining('Worker a') },
      { name: 'b', state: 'running', restarts: 0 },
    ]);
    expect(errors(test)).toEqual([expect.stringContaining('working: a is given up')]);
    expect(await service.start('a', '')).toEqual({ kind: 'started' });
    expect(await service.list()).toMatchObject([{ name: 'a', state: 'running' }, { name: 'b' }]);
  });
});

describe('how the things of a service stand', () => {
  let test: Fixture;
  let told: number;
  beforeEach(() => {
    test = aService({ follows: false });
    told = 0;
    test.service.watch(() => {
      told++;
    });
  });

  const standings = (): string[] =>
    test.service.standings().map(({ name, state, reason }) => `${name} ${state} ${reason ?? ''}`.trim());

  it('is told of whenever it changes, with the reason why one does not run', async () => {
    test.broken.add('c');
    for (const name of ['a', 'b', 'c', '?x']) await test.service.start(name, '');
    await test.service.stop('b');
    await settle(test.system);
    expect(standings()).toEqual(['a running', 'c given-up c is broken', '?x given-up nobody knows ?x']);
    expect(told).toBe(5);
  });

  it('is told of when one is given up', async () => {
    await test.service.start('a', '');
    await settle(test.system);
    const before = told;
    for (let crash = 0; crash < 4; crash++) {
      test.system.kill(test.worker('a') as Pid);
      await settle(test.system);
    }
    expect(told).toBe(before + 1);
    expect(standings()).toEqual([expect.stringMatching(/^a given-up Worker a needed more than/)]);
  });

  it('is one thing of each, also of one that runs and could not be started again', async () => {
    await test.service.start('a', '');
    test.forgotten.add('a');
    await test.service.start('a', '');
    expect(standings()).toEqual(['a given-up nobody knows a']);
  });

  it('is told to nobody who watches no more', async () => {
    const unwatch = test.service.watch(() => {
      throw new Error('nobody watches');
    });
    unwatch();
    await test.service.start('a', '');
    await settle(test.system);
    expect(told).toBe(1);
  });
});

describe('a service that follows', () => {
  let test: Fixture;
  beforeEach(async () => {
    test = aService();
    test.desired.want('a', '1');
    await settle(test.system);
  });

  const running = async (): Promise<string[]> =>
    (await test.service.list()).filter(({ state }) => state === 'running').map(({ name }) => name);

  it('starts what is on at its start, and what is switched on later', async () => {
    expect(await running()).toEqual(['a']);
    test.desired.want('b', '1');
    await settle(test.system);
    expect(await running()).toEqual(['a', 'b']);
  });

  it('stops what is switched off, and nothing else', async () => {
    test.desired.want('b', '1');
    test.desired.drop('a');
    await settle(test.system);
    expect(await running()).toEqual(['b']);
    expect(test.seen).toEqual(['+a', '-a shutdown', '+b']);
  });

  it('does nothing when it is told of a change and there is none', async () => {
    for (let times = 0; times < 5; times++) test.desired.tell();
    await settle(test.system);
    expect(test.seen).toEqual(['+a']);
    expect(test.changed).toEqual([]);
  });

  it('tells what runs of another wish, once', async () => {
    test.desired.want('a', '2');
    test.desired.tell();
    await settle(test.system);
    expect(test.changed).toEqual(['a 2']);
    expect(test.seen).toEqual(['+a']);
  });

  it('stops and starts what cannot follow another wish', async () => {
    test.desired.want('a', 'anew');
    await settle(test.system);
    expect(test.seen).toEqual(['+a', '-a shutdown', '+a']);
  });

  it('looks at changes that come while it is at work together, and misses none', async () => {
    const gate = aGate();
    test.desired.gate = gate.promise;
    const before = test.desired.reads;
    for (const name of ['b', 'c', 'd']) test.desired.want(name, '1');
    gate.open();
    await settle(test.system);
    expect(await running()).toEqual(['a', 'b', 'c', 'd']);
    expect(test.desired.reads - before).toBe(2);
  });

  it('is brought back whole when its dynamic supervisor is killed', async () => {
    test.desired.want('b', '1');
    await settle(test.system);
    test.system.kill(test.supervisor() as Pid);
    await settle(test.system);
    expect(await running()).toEqual(['a', 'b']);
    test.desired.want('c', '1');
    test.desired.drop('a');
    await settle(test.system);
    expect(await running()).toEqual(['b', 'c']);
    expect(test.desired.followers.size).toBe(1);
  });

  it('brings up what was switched on while its supervisor was down', async () => {
    const gate = aGate();
    test.desired.gate = gate.promise;
    test.system.kill(test.supervisor() as Pid);
    test.desired.want('b', '1');
    test.desired.drop('a');
    gate.open();
    await settle(test.system);
    expect(await running()).toEqual(['b']);
  });

  it('goes on following when the follower crashes', async () => {
    const follower = (
      await test.system.call(
        test.system.roots.get('root')?.children.get('Working') as Pid<SupervisorProtocol>,
        'whichChildren',
        null,
      )
    ).find(({ kind }) => kind === 'Follower')?.pid;
    test.system.kill(follower as Pid);
    test.desired.want('b', '1');
    await settle(test.system);
    expect(await running()).toEqual(['a', 'b']);
    test.desired.tell();
    expect(test.desired.followers.size).toBe(1);
  });

  it('starts the others when one cannot be started, and says so once', async () => {
    test.broken.add('b');
    for (const name of ['b', '?x', 'c']) test.desired.want(name, '1');
    test.desired.tell();
    await settle(test.system);
    expect(await running()).toEqual(['a', 'c']);
    expect(errors(test).toSorted()).toEqual([
      'working: ?x cannot be started: nobody knows ?x',
      'working: b could not be started: b is broken',
    ]);
  });

  it('leaves given up what was given up, until it is switched on again', async () => {
    for (let crash = 0; crash < 4; crash++) {
      test.system.kill(test.worker('a') as Pid);
      await settle(test.system);
    }
    test.desired.want('b', '1');
    await settle(test.system);
    expect(await running()).toEqual(['b']);
    test.desired.want('a', '1');
    await settle(test.system);
    expect(await running()).toEqual(['a', 'b']);
  });

  it('stops following when it is stopped', async () => {
    await test.system.stop();
    expect(test.desired.followers.size).toBe(0);
  });
});
