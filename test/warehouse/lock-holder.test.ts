import { describe, expect, it } from '@jest/globals';
import { applicationName, holderIn, type LockHolder, shownHolder } from '../../src/warehouse/lock-holder.js';

const HOLDER: LockHolder = { pid: 4_194_304, host: 'a-host', sinceMs: 1_782_907_200_000, version: '0.1.0' };

describe('the holder of a lock', () => {
  it('is read from what its connection is called', () => {
    expect(holderIn(applicationName(HOLDER))).toEqual(HOLDER);
    expect(shownHolder(HOLDER)).toBe('process 4194304 on a-host, since 2026-07-01T12:00:00Z, version 0.1.0');
  });

  it('is called no longer than PostgreSQL keeps', () => {
    const name = applicationName({ ...HOLDER, host: 'h'.repeat(200) });
    expect(name).toHaveLength(63);
    expect(holderIn(name)?.pid).toBe(HOLDER.pid);
  });

  it('is called what PostgreSQL keeps as it is given', () => {
    expect(applicationName({ ...HOLDER, host: 'höst' })).toBe('hedgehog 0.1.0 4194304 1782907200 h?st');
  });

  it.each(['', 'hedgehog', 'psql', 'hedgehog 0.1.0 x 1 h'])('is not to be known from %j', (name) => {
    expect(holderIn(name)).toBeNull();
  });
});
