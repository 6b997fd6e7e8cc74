import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { codeOf } from '../platform/error-facts.js';

/** What a running daemon says of itself in `control.json`. */
export interface Announcement {
  readonly pid: number;
  /** Null while the port is somebody else's. */
  readonly port: number | null;
  readonly host: string;
  /** Path of the unix socket; null while there is none. */
  readonly socket: string | null;
  readonly version: string;
  /** The database, as it may be shown. */
  readonly database: string;
}

export function announce(file: string, announcement: Announcement): void {
  // Whoever reads it sees all of it or nothing.
  const partial = `${file}.${announcement.pid}`;
  writeFileSync(partial, `${JSON.stringify(announcement, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, file);
}

/** Takes it back, unless it is another daemon's by now. */
export function withdraw(file: string, pid: number): void {
  if (announcedIn(file)?.pid === pid) rmSync(file, { force: true });
}

/** What is announced; undefined when nothing is. Throws when it cannot be read. */
export function announcedIn(file: string): Announcement | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Announcement;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
