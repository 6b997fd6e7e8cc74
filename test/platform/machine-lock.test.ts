import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type HeldBy,
  lockAddress,
  type MachineLock,
  takeMachineLock,
} from '../../src/platform/machine-lock.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const taken = new Set<MachineLock>();
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const lock of taken) lock.release();
  for (const child of children) child.kill('SIGKILL');
  taken.clear();
  children.clear();
});

const take = async (address: string): Promise<MachineLock | HeldBy> => {
  const lock = await takeMachineLock(address, 'this process');
  if ('release' in lock) taken.add(lock);
  return lock;
};
const isTaken = async (address: string): Promise<boolean> => 'release' in (await take(address));

/** Another process that has the lock. */
async function anotherHolds(address: string): Promise<ChildProcess> {
  const source = `require('net').createServer((s) => s.end('another')).listen(${JSON.stringify(address)}, () => console.log('listens'))`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  await once(child.stdout, 'data');
  return child;
}

let count = 0;
const PLACES = [
  { where: 'without a file', address: () => lockAddress(`test-${process.pid}-${count++}`), isFile: false },
  { where: 'with a file', address: () => folder.path(`${count++}.sock`), isFile: true },
];

describe.each(PLACES)('a lock of the machine $where', ({ address, isFile }) => {
  it('is taken once, and tells who has it, until it is given back', async () => {
    const at = address();
    const first = await take(at);
    expect(await take(at)).toEqual({ heldBy: 'this process' });
    if ('release' in first) first.release();
    expect(await isTaken(at)).toBe(true);
  });

  it('is free as soon as its process is killed', async () => {
    const at = address();
    const child = await anotherHolds(at);
    expect(await take(at)).toEqual({ heldBy: 'another' });
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await isTaken(at)).toBe(true);
  });

  it('is taken by one of many that find it left behind', async () => {
    const at = address();
    const child = await anotherHolds(at);
    child.kill('SIGKILL');
    await once(child, 'close');
    const found = await Promise.all(Array.from({ length: 5 }, () => isTaken(at)));
    expect(found.filter(Boolean)).toHaveLength(1);
  });

  it('stays that of a process that stands still and tells nothing', async () => {
    const at = address();
    const child = await anotherHolds(at);
    child.kill('SIGSTOP');
    expect(await take(at)).toEqual({ heldBy: '' });
  });

  it('is not upset by who asks and goes away', async () => {
    const at = address();
    await take(at);
    for (let times = 0; times < 20; times++) {
      const asking = connect(at);
      asking.on('connect', () => asking.destroy());
    }
    expect(await take(at)).toEqual({ heldBy: 'this process' });
    expect(isFile).toBe(!at.startsWith('\0'));
  });
});
