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
  let shown = 0;
  for await (const line of hedgehog.lines('/v1/logs', { ...asked, follow: follow && 'true' })) {
    shown += 1;
    process.stdout.write(`${json ? line : readableLine(JSON.parse(line) as LogEntry, look)}\n`);
  }
  if (shown === 0) process.stderr.write(`${noLines(asked)}\n`);
  if (follow) process.stderr.write(`Hedgehog (process ${hedgehog.pid}) has ended\n`);
}

/** Nothing printed could be a slip in what was asked for as well. */
function noLines(asked: Pick<LogsOptions, 'level' | 'part' | 'symbol'>): string {
  const options = Object.entries(asked).map(([option, value]) => `--${option} ${value}`);
  return `no such line is kept: ${options.join(' ') || 'the log is empty'}`;
}
