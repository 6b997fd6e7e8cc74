import { hostname } from 'node:os';

/** The process that runs on a database. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Unix milliseconds; when it began. To the second. */
  readonly sinceMs: number;
  readonly version: string;
}

export const thisProcess = (version: string, nowMs: number): LockHolder => ({
  pid: process.pid,
  host: hostname(),
  sinceMs: nowMs,
  version,
});

// What PostgreSQL keeps of the name of an application, in bytes; what is not ASCII it writes otherwise, each version in its own way.
const LONGEST_NAME = 63;

/** A holder as the name of its connection's application, which everybody on the server can read. A long host is cut. */
export const applicationName = ({ pid, host, sinceMs, version }: LockHolder): string =>
  `hedgehog ${version} ${pid} ${Math.floor(sinceMs / 1_000)} ${host}`
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, LONGEST_NAME);

/** The holder that an application's name tells of; null when it is not such a name. */
export function holderIn(name: string): LockHolder | null {
  const [, version, pid, seconds, host] = /^hedgehog (\S+) (\d+) (\d+) (\S+)$/.exec(name) ?? [];
  if (version === undefined || host === undefined) return null;
  return { pid: Number(pid), host, sinceMs: Number(seconds) * 1_000, version };
}

/** `process 4711 on a-host, since 2026-07-01T12:00:00Z, version 0.1.0`. */
export function shownHolder({ pid, host, sinceMs, version }: LockHolder): string {
  const since = new Date(sinceMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return `process ${pid} on ${host}, since ${since}, version ${version}`;
}
