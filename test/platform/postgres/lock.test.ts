import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { withLock } from '../../../src/platform/postgres/lock.js';
import { ownIdentity } from '../../../src/platform/postgres/processes.js';
import { tempFolder } from '../../support/temp-folder.js';

const folder = tempFolder();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const UUID = '11111111-2222-3333-4444-555555555555';

describe('withLock', () => {
  it('lets one in at a time', async () => {
    const file = folder.path('one');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await turn();
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, () => withLock(file, work)));
    expect(most).toBe(1);
    expect(existsSync(file)).toBe(false);
  });

  it('is released when the work fails', async () => {
    const file = folder.path('failing');
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(file, async () => 'in')).toBe('in');
  });

  it.each([
    ['a process that died', `999999999-abc-1-${UUID}`],
    ['another process that had our pid', `${process.pid}-abc-1-${UUID}`],
  ])('of %s is broken, by one of many who find it', async (_name, ticket) => {
    const file = folder.path(`stale-${ticket.slice(0, 4)}`);
    writeFileSync(file, ticket);
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await turn();
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, () => withLock(file, work)));
    expect(most).toBe(1);
  });

  it('is broken though the one who was breaking it died at that', async () => {
    const file = folder.path('twice');
    const ticket = `999999999-abc-1-${UUID}`;
    writeFileSync(file, ticket);
    writeFileSync(`${file}.of-999999999-${ticket.slice(-12)}`, `999999998-abc-1-${UUID}`);
    expect(await withLock(file, async () => 'in')).toBe('in');
  });

  it('names the process that will not let go', async () => {
    const file = folder.path('held');
    writeFileSync(file, `${ownIdentity()}-${UUID}`);
    await expect(withLock(file, async () => 'in', 50)).rejects.toThrow(
      `process ${process.pid} has held ${file}`,
    );
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(folder.path('.')).filter((name) => name !== 'held')).toEqual([]);
  });
});
