import type { LogEntry } from '../../platform/logging/log-entry.js';
import { lookOf, readableLine } from '../../platform/logging/readable-line.js';
import { configured } from './configured.js';
import { hedgehogToAsk } from './running-hedgehog.js';

export interface LogsOptions {
  readonly follow?: true;
  readonly level?: string;
  readonly part?: string;
  readonly symbol?: string;
  readonly json?: true;
}

export async function logs({ follow, json, ...asked }: LogsOptions): Promise<void> {
  const hedgehog = hedgehogToAsk('read');
  // The last lines may be of several days.
  const look = { ...lookOf(process.stdout, configured()), time: 'iso' } as const;
  for await (const line of hedgehog.lines('/v1/logs', { ...asked, follow: follow && 'true' })) {
    process.stdout.write(`${json ? line : readableLine(JSON.parse(line) as LogEntry, look)}\n`);
  }
  if (follow) process.stderr.write(`Hedgehog (process ${hedgehog.pid}) has ended\n`);
}
