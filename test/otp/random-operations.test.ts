import { describe, expect, it } from '@jest/globals';
import type { Process } from '../../src/otp/process.js';
import { judgeRestart } from '../../src/otp/restart-intensity.js';
import { downsSeenBy, nactTree, ourTree } from '../support/actors.js';
import { runAlone } from '../support/run-alone.js';
import { FAMILY, LIMITED, RandomWorld, STRATEGIES } from './random-world.js';

const SEEDS = Number(process.env.HEDGEHOG_SEEDS ?? 20);
const OPERATIONS = 1_000;

/** Holds at every moment. */
function checkAlways({ system, all }: { system: RandomWorld['system']; all: Process[] }): void {
  expect(system.inFlight.size).toBeGreaterThanOrEqual(0);
  expect(all.filter(({ load }) => load.waiting < 0)).toEqual([]);
  expect(all.filter(({ alive }) => !alive)).toEqual([]);
  const { registry } = system;
  expect(registry.names().filter((name) => registry.lookup(name)?.alive !== true)).toEqual([]);
}

/** Holds whenever nothing is under way. */
function checkQuiet(world: RandomWorld): void {
  const { system, pubsub } = world;
  expect(system.inFlight.size).toBe(0);
  expect(ourTree(system)).toEqual(nactTree(system));
  const all = world.all();
  checkAlways({ system, all });
  expect(all.filter(({ load }) => load.running || load.waiting !== 0)).toEqual([]);
  for (const { openCalls } of all) expect(openCalls.size).toBe(0);
  for (const { waitsFor } of all) expect(waitsFor.size).toBe(0);

  for (const strategy of STRATEGIES) {
    const family = [...(world.find(strategy)?.children.keys() ?? [])];
    expect(family.filter((id) => FAMILY.includes(id)).toSorted()).toEqual(FAMILY);
    for (const id of FAMILY) expect(system.registry.lookup(`${strategy} ${id}`)?.alive).toBe(true);
  }

  const { subscribersOf, subscriptions } = pubsub?.state ?? {};
  const subscribers = new Set([...(subscribersOf?.values() ?? [])].flatMap((set) => [...set]));
  expect([...subscribers].filter(({ alive }) => !alive)).toEqual([]);
  expect(new Set(subscriptions?.keys())).toEqual(subscribers);
}

/** One Down for each monitor of an actor that ended, none for one that lives. */
function checkDowns({ monitored, watcher }: RandomWorld): void {
  const told = new Map<unknown, number>();
  for (const { pid } of downsSeenBy(watcher)) told.set(pid, (told.get(pid) ?? 0) + 1);
  const wrong = [...monitored].filter(([pid, times]) => (told.get(pid) ?? 0) !== (pid.alive ? 0 : times));
  expect(wrong.map(([pid, times]) => `${pid.path} #${pid.id}: ${told.get(pid) ?? 0} for ${times}`)).toEqual(
    [],
  );
}

function checkRestartLimits({ limitedRestartsMs }: RandomWorld): void {
  for (const restartsMs of limitedRestartsMs.values()) {
    const tooMany = restartsMs.filter((ms, i) => judgeRestart(restartsMs.slice(0, i), ms, LIMITED).exceeded);
    expect(tooMany).toEqual([]);
  }
}

async function run(seed: number): Promise<RandomWorld> {
  const world = new RandomWorld(seed, seed % 2 === 0);
  for (let i = 1; i <= OPERATIONS; i++) {
    await world.operate();
    if (i % 5 === 0) checkAlways({ system: world.system, all: world.all() });
    if (i % 40 !== 0) continue;
    await world.settle();
    checkQuiet(world);
  }
  await world.settle();
  checkQuiet(world);
  checkDowns(world);
  checkRestartLimits(world);
  world.clock.advance(10_000);
  await world.settle();
  expect(world.system.openCalls.size).toBe(0);
  await world.system.stop();
  expect([world.system.roots.size, world.system.nactRoot.children.size]).toEqual([0, 0]);
  expect([world.system.inFlight.size, world.system.openCalls.size]).toEqual([0, 0]);
  expect(world.system.registry.names()).toEqual([]);
  return world;
}

describe(`${OPERATIONS} random operations`, () => {
  const happened = new Map<string, number>();

  it.each(Array.from({ length: SEEDS }, (_, i) => i + 1))(
    'leave a sound tree behind, seed %d',
    async (seed) => {
      try {
        const world = await run(seed);
        for (const [what, times] of world.happened) happened.set(what, (happened.get(what) ?? 0) + times);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    },
  );

  // What nobody handles would not be seen here, but ends a process of its own.
  it('leave no rejection unhandled', () => {
    const { status, output } = runAlone(`
      import { RandomWorld } from '../../test/otp/random-world.js';
      for (const seed of [1, 2, 3, 4]) {
        const world = new RandomWorld(seed, seed % 2 === 0);
        for (let i = 0; i < ${OPERATIONS}; i++) await world.operate();
        await world.settle();
        await world.system.stop();
      }
      console.log('sound');`);
    expect(output).toBe('sound\n');
    expect(status).toBe(0);
  });

  it('go through what they are meant to', () => {
    const rare = [
      'supervisor killed',
      'late crash',
      'crash: RestartIntensityExceeded',
      'call failed: deadlock',
    ];
    for (const what of rare) expect([what, happened.get(what) ?? 0]).not.toEqual([what, 0]);
  });
});
