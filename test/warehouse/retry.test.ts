import { describe, expect, it } from '@jest/globals';
import { MachineError } from '../../src/platform/machine-error.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import { backoffMs, isConnectionError, withRetry } from '../../src/warehouse/retry.js';
import { aLog } from '../support/log.js';

const coded = (code: string, message = 'no'): Error => Object.assign(new Error(message), { code });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('isConnectionError', () => {
  it.each([
    '08000',
    '08006',
    '57P01',
    '57P02',
    '57P03',
    '53300',
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOENT',
    'EPIPE',
  ])('is one by its code: %s', (code) => expect(isConnectionError(coded(code))).toBe(true));

  it.each([
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
  ])('is one by what pg says where it gives no code: %s', (message) => {
    expect(isConnectionError(new Error(message))).toBe(true);
  });

  it('is one when the server cannot be started now', () => {
    expect(isConnectionError(new MachineError('it does not start'))).toBe(true);
  });

  it.each(['23505', '42P01', '40001', '57014', '28P01', '3D000', '42601'])(
    'is none by its code: %s',
    (code) => {
      expect(isConnectionError(coded(code, 'Connection terminated'))).toBe(false);
    },
  );

  it.each([new Error('something else'), 'Connection terminated', undefined])('is none: %p', (error) => {
    expect(isConnectionError(error instanceof Error ? error : { error })).toBe(false);
  });
});

describe('backoffMs', () => {
  it('doubles up to five seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 60].map(backoffMs)).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000,
    ]);
  });
});

describe('withRetry', () => {
  const failing = (times: number, error: Error) => {
    let calls = 0;
    return {
      calls: () => calls,
      work: async (): Promise<string> => {
        calls += 1;
        if (calls <= times) throw error;
        return 'done';
      },
    };
  };

  it('tries again after the backoff', async () => {
    const clock = new SimClock();
    const { work, calls } = failing(2, coded('ECONNREFUSED'));
    const result = withRetry(work, { clock, log: aLog() });
    await turn();
    clock.advance(99);
    await turn();
    expect(calls()).toBe(1);
    clock.advance(1);
    await turn();
    expect(calls()).toBe(2);
    clock.advance(200);
    expect(await result).toBe('done');
  });

  it('never tries a statement again that was at fault itself', async () => {
    const { work, calls } = failing(1, coded('23505'));
    await expect(withRetry(work, { clock: new SimClock(), log: aLog() })).rejects.toMatchObject({
      code: '23505',
    });
    expect(calls()).toBe(1);
  });

  it('gives up with the last error when its time is over', async () => {
    const clock = new SimClock();
    const { work, calls } = failing(99, coded('57P03'));
    const result = withRetry(work, { clock, log: aLog(), giveUpAfterMs: 1_000 });
    const failed = expect(result).rejects.toMatchObject({ code: '57P03' });
    for (let step = 0; step < 30; step++) {
      await turn();
      clock.advance(100);
    }
    await failed;
    expect(calls()).toBe(4);
  });

  it('ends its waiting when it is told to', async () => {
    const clock = new SimClock();
    const stopping = new AbortController();
    const { work, calls } = failing(99, coded('ECONNREFUSED'));
    const result = withRetry(work, { clock, log: aLog(), signal: stopping.signal });
    const failed = expect(result).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await turn();
    stopping.abort();
    await failed;
    expect(calls()).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });
});
