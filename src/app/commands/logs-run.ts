import type { LogEntry } from '../../platform/log-ring.js';
import { hedgehogToAsk } from './running-hedgehog.js';

export interface LogsOptions {
  readonly follow?: true;
  readonly level?: string;
  readonly json?: true;
}

export async function logs({ follow, level, json }: LogsOptions): Promise<void> {
  const hedgehog = hedgehogToAsk('read');
  for await (const line of hedgehog.lines('/v1/logs', { level, follow: follow && 'true' })) {
    process.stdout.write(`${json ? line : readable(JSON.parse(line) as LogEntry)}\n`);
  }
  if (follow) process.stderr.write(`Hedgehog (process ${hedgehog.pid}) has ended\n`);
}

function readable({ time, level, message, fields: { stack, ...fields } }: LogEntry): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${String(value)}`);
  const text = [time, level.padEnd(5), message, ...pairs].join(' ');
  return typeof stack === 'string' ? `${text}\n${stack}` : text;
}
