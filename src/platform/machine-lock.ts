import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { codeOf } from './error-facts.js';
import { withLock } from './postgres/lock.js';

/** Something on this machine that one process has at a time. It is free again when that has ended, however it ended. */
export interface MachineLock {
  release(): void;
}

/** What the process that has it says of itself; empty when it does not answer. */
export interface HeldBy {
  readonly heldBy: string;
}

/**
 * Where a lock of that name is: a socket that its holder listens on. Linux has sockets without a file, which end with their
 * process and are the same whatever of the file system a service can see; elsewhere it is a file for each user.
 */
export const lockAddress = (name: string): string =>
  process.platform === 'linux' ? `\0hedgehog-${name}` : join(tmpdir(), `hedgehog-${name}.sock`);

/**
 * Takes the lock, unless another process has it.
 *
 * @param address as {@link lockAddress} tells it
 * @param holder what to tell others of this process; everybody on this machine can read it
 */
export function takeMachineLock(address: string, holder: string): Promise<MachineLock | HeldBy> {
  if (isAbstract(address)) return take(address, holder);
  // A file outlives its process. Of two that find such a one, the second would remove what the first has just made.
  return withLock(`${address}.lock`, async () => {
    const taken = await take(address, holder);
    if (!('heldBy' in taken) || (await isAnswered(address))) return taken;
    rmSync(address, { force: true });
    return take(address, holder);
  });
}

const isAbstract = (address: string): boolean => address.startsWith('\0');

async function take(address: string, holder: string): Promise<MachineLock | HeldBy> {
  const server = createServer((socket) => {
    // Whoever asks may go away at any time.
    socket.on('error', () => {}).unref();
    socket.end(holder);
  });
  try {
    await listening(server, address);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    return { heldBy: await asked(address).catch(() => '') };
  }
  server.unref();
  return {
    release() {
      server.close();
    },
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Also once it listens: whoever could not be answered has found the lock taken all the same.
    server.on('error', reject);
    server.listen(path, resolve);
  });
}

const PATIENCE_MS = 1_000;

/** A process that is stopped is connected to, and does not answer. */
function asked(address: string): Promise<string> {
  const socket = connect(address);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('it does not answer')));
  return text(socket);
}

const isAnswered = (address: string): Promise<boolean> =>
  asked(address).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ECONNREFUSED',
  );
