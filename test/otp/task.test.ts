import { describe, expect, it } from '@jest/globals';
import { countChildren, DynamicSupervisor, startChild, taskSpec } from '../../src/otp/index.js';
import { aGate, aSystem, settle } from '../support/actors.js';

describe('Task', () => {
  it('runs its function once, ends normally and is forgotten', async () => {
    const { system, crashes } = aSystem();
    const pool = system.spawn(DynamicSupervisor, {}, 'pool');
    let runs = 0;
    const gate = aGate();
    const task = await startChild(
      system,
      pool,
      taskSpec('task', async () => {
        runs++;
        await gate.promise;
      }),
    );
    expect(task.alive).toBe(true);
    gate.open();
    await settle(system);
    expect(runs).toBe(1);
    expect(crashes).toEqual([]);
    expect(await countChildren(system, pool)).toEqual({ specs: 0, active: 0 });
  });

  it('is run again after a crash until it succeeds', async () => {
    const { system, crashes } = aSystem();
    const pool = system.spawn(DynamicSupervisor, {}, 'pool');
    let runs = 0;
    const run = () => {
      if (++runs < 3) throw new Error(`run ${runs}`);
    };
    await startChild(system, pool, taskSpec('task', run));
    await settle(system);
    expect(runs).toBe(3);
    expect(crashes.map(({ during, error }) => `${during}: ${error.message}`)).toEqual([
      'continue: run 1',
      'continue: run 2',
    ]);
  });

  it('that is temporary is not run again', async () => {
    const { system } = aSystem();
    const pool = system.spawn(DynamicSupervisor, {}, 'pool');
    let runs = 0;
    const run = () => {
      runs++;
      throw new Error('boom');
    };
    await startChild(system, pool, taskSpec('task', run, 'temporary'));
    await settle(system);
    expect(runs).toBe(1);
  });
});
