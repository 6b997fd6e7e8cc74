import { describe, expect, it } from '@jest/globals';
import {
  type ActorSnapshot,
  DynamicSupervisor,
  formatTree,
  type GenServer,
  inspectTree,
  loadByKind,
  type Protocol,
  startChild,
} from '../../src/otp/index.js';
import {
  aFamily,
  aGate,
  aSystem,
  aWorker,
  childOf,
  nactTree,
  ourTree,
  settle,
  workerSpec,
} from '../support/actors.js';

const Shown = (inspect: () => unknown): GenServer<Protocol> => ({
  kind: 'Shown',
  init: () => ({ state: null }),
  inspect,
});

describe('inspectTree', () => {
  it('shows each actor with its counts, and its children in the order of their start', async () => {
    const { system, clock } = aSystem();
    const { supervisor } = aFamily(system);
    clock.advance(1_500);
    const gate = aGate();
    system.cast(childOf(supervisor, 'a'), 'note', 'handled');
    system.cast(childOf(supervisor, 'a'), 'run', () => gate.promise);
    system.cast(childOf(supervisor, 'a'), 'note', 'waiting');
    system.cast(childOf(supervisor, 'b'), 'crash', 'boom');
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
    const [family] = inspectTree(system);
    expect(family).toMatchObject({ kind: 'Supervisor', name: 'family', path: 'family', uptimeMs: 1_500 });
    expect(family?.state).toEqual({
      strategy: 'one_for_one',
      intensity: '3 in 5 s',
      children: 3,
      recentRestarts: 1,
    });
    expect(family?.children).toMatchObject([
      { path: 'family/a', mailbox: 1, running: true, handled: 1, restarts: 0, lastCrash: null },
      { path: 'family/c', mailbox: 0, running: false, handled: 0 },
      { path: 'family/b', restarts: 1, uptimeMs: 0, lastCrash: { reason: 'Error: boom', wallMs: 1_500 } },
    ]);
    gate.open();
    await settle(system);
  });

  it("agrees with nact's own tree", async () => {
    const { system } = aSystem();
    const { supervisor } = aFamily(system, { strategy: 'one_for_all' });
    const pool = system.spawn(DynamicSupervisor, {}, 'pool: 1/2 ÄÖ');
    for (const id of ['x y', 'TRADE_EVENTS:XRPUSDT', '']) await startChild(system, pool, workerSpec(id));
    aWorker(system, 'root');
    expect(ourTree(system)).toEqual(nactTree(system));
    system.cast(childOf(supervisor, 'c'), 'crash', 'boom');
    system.kill(childOf(pool, 'x y'));
    await settle(system);
    expect(ourTree(system)).toEqual(nactTree(system));
    expect(ourTree(system)).toHaveLength(3);
    await system.stop();
    expect([ourTree(system), nactTree(system)]).toEqual([[], []]);
  });

  it('shows what an actor was given last, oldest first, the running one included', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    system.cast(worker, 'note', 'not kept');
    await settle(system);
    system.keepsLastMessages = true;
    const last = () => inspectTree(system)[0]?.lastMessages;
    expect(last()).toEqual([]);
    system.cast(worker, 'note', 'one');
    system.send(worker, { kind: 'told' });
    await settle(system);
    expect(last()).toEqual(['cast note', 'info told']);
    for (let count = 0; count < 7; count++) system.cast(worker, 'note', 'more');
    const gate = aGate();
    system.cast(worker, 'run', () => gate.promise);
    while (last()?.at(-1) !== 'cast run') await new Promise((resolve) => setImmediate(resolve));
    expect(last()).toEqual([...Array.from({ length: 7 }, () => 'cast note'), 'cast run']);
    gate.open();
    await settle(system);
  });

  it('shows when and why an actor was started again, also for the sake of a sibling', async () => {
    const { system, clock } = aSystem();
    const { supervisor } = aFamily(system, { strategy: 'one_for_all' });
    system.cast(childOf(supervisor, 'a'), 'crash', 'boom');
    await settle(system);
    clock.advance(1_500);
    system.cast(childOf(supervisor, 'b'), 'stop', 'normal');
    await settle(system);
    const [family] = inspectTree(system);
    expect(family?.lastRestarts).toEqual([]);
    expect(
      family?.children.map(({ name, restarts, lastRestarts }) => [name, restarts, lastRestarts]),
    ).toEqual([
      [
        'a',
        2,
        [
          { reason: 'Error: boom', wallMs: 0 },
          { reason: 'with b, for: normal', wallMs: 1_500 },
        ],
      ],
      [
        'b',
        2,
        [
          { reason: 'with a, for: Error: boom', wallMs: 0 },
          { reason: 'normal', wallMs: 1_500 },
        ],
      ],
      [
        'c',
        2,
        [
          { reason: 'with a, for: Error: boom', wallMs: 0 },
          { reason: 'with b, for: normal', wallMs: 1_500 },
        ],
      ],
    ]);
  });

  it('keeps the latest eight restarts, and counts them all', async () => {
    const { system } = aSystem();
    const { supervisor } = aFamily(system, { maxRestarts: 100 });
    for (let count = 1; count <= 11; count++) {
      system.cast(childOf(supervisor, 'a'), 'crash', `boom ${count}`);
      await settle(system);
    }
    const worker = inspectTree(system)[0]?.children.find(({ name }) => name === 'a');
    expect(worker?.restarts).toBe(11);
    expect(worker?.lastRestarts.map(({ reason }) => reason)).toEqual(
      [4, 5, 6, 7, 8, 9, 10, 11].map((count) => `Error: boom ${count}`),
    );
  });

  it.each([
    [{ maxRestarts: 5, periodMs: 1_500 }, '5 in 1.5 s'],
    [{ isolated: { onGivenUp: () => {} } }, '3 in 5 s each'],
  ])('shows how often children of a supervisor may crash', (arg, intensity) => {
    const { system } = aSystem();
    aFamily(system, arg);
    expect(inspectTree(system)[0]?.state).toMatchObject({ intensity });
  });

  it('shows an actor whose inspect throws, and the others with it', () => {
    const { system } = aSystem();
    const throwing = () => {
      throw new Error('no view');
    };
    system.spawn(Shown(throwing), null, 'blind');
    aWorker(system);
    expect(inspectTree(system)).toMatchObject([
      { name: 'blind', state: 'inspect failed: no view' },
      { name: 'worker' },
    ]);
  });
});

describe('formatTree', () => {
  const family = () => {
    const made = aSystem();
    const { supervisor } = aFamily(made.system);
    return { ...made, supervisor };
  };

  it('writes a line per actor, drawn as a tree, figures below one another', async () => {
    const { system, clock, supervisor } = family();
    system.cast(childOf(supervisor, 'c'), 'crash', 'two\nlines');
    await settle(system);
    clock.advance(61_000);
    expect(formatTree(inspectTree(system))).toBe(
      [
        'ACTOR              MAILBOX  HANDLED  RESTARTS    UP  STATE',
        'Supervisor family        0        1         0  1m1s  strategy: one_for_one, intensity: 3 in 5 s, children: 3, recentRestarts: 1',
        '├─ Worker a              0        0         0  1m1s',
        '├─ Worker b              0        0         0  1m1s',
        '└─ Worker c              0        0         1  1m1s  crashed 1970-01-01T00:00:00.000Z: Error: two lines;',
      ].join('\n'),
    );
  });

  it('goes on below an actor that has others beside it, and says who is busy and how much waits', () => {
    const { system } = family();
    const [root] = inspectTree(system);
    if (root === undefined) throw new Error('there is a root');
    const [a, b] = root.children as [ActorSnapshot, ActorSnapshot];
    const tree = {
      ...root,
      children: [
        { ...a, children: [b] },
        { ...b, running: true, mailbox: 12_345 },
      ],
    };
    const lines = formatTree([tree, { ...root, name: 'other', children: [] }]).split('\n');
    expect(lines.map((line) => line.slice(0, 27))).toEqual([
      'ACTOR               MAILBOX',
      'Supervisor family         0',
      '├─ Worker a               0',
      '│  └─ Worker b            0',
      '└─ Worker b (busy)   12,345',
      'Supervisor other          0',
    ]);
  });

  it.each([
    { name: 'text as it is', state: 'text', shown: 'text' },
    { name: 'objects as names and values', state: { n: 1, of: { a: [1] } }, shown: 'n: 1, of: {"a":[1]}' },
    { name: 'lists as JSON', state: [1, 'a'], shown: '[1,"a"]' },
    { name: 'what JSON cannot hold', state: { n: 1n, u: undefined }, shown: 'n: 1n, u: undefined' },
  ])('shows $name', ({ state, shown }) => {
    const { system } = aSystem();
    system.spawn(
      Shown(() => state),
      null,
      's',
    );
    expect(formatTree(inspectTree(system)).endsWith(` 0ms  ${shown}`)).toBe(true);
  });

  it.each([
    [999, '999ms'],
    [1_000, '1.0s'],
    [60_000, '1m0s'],
    [3_600_000, '1h0m'],
    [100 * 3_600_000, '100h0m'],
  ])('shows %d ms as %s', (ms, shown) => {
    const { system, clock } = aSystem();
    aWorker(system);
    clock.advance(ms);
    expect(formatTree(inspectTree(system)).endsWith(` ${shown}`)).toBe(true);
  });

  it('does not repeat a kind that the name begins with', () => {
    const { system } = aSystem();
    aWorker(system, 'Worker 12');
    expect(formatTree(inspectTree(system))).toMatch(/\nWorker 12 +0 /);
  });
});

describe('loadByKind', () => {
  it('adds up the actors of a kind, what waits for them, and what they have handled', async () => {
    const { system } = aSystem();
    const [a, b] = [aWorker(system, 'a'), aWorker(system, 'b')];
    system.cast(a, 'note', 'handled');
    await settle(system);
    for (const [worker, times] of [
      [a, 2],
      [b, 3],
    ] as const)
      for (let count = 0; count < times; count++) system.cast(worker, 'note', 'waits');
    expect([...loadByKind(system)]).toEqual([
      ['Worker', { actors: 2, mailbox: 5, longestMailbox: 3, handled: 1 }],
    ]);
    await settle(system);
    expect(loadByKind(system).get('Worker')).toEqual({
      actors: 2,
      mailbox: 0,
      longestMailbox: 0,
      handled: 6,
    });
    await system.stop();
    expect([...system.counts.handledByEnded]).toEqual([['Worker', 6]]);
  });
});
