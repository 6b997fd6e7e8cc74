import type { LogLevel } from '../../ports/log.js';
import type { LogEntry } from './log-entry.js';

export interface Look {
  /** Of levels; nothing else has one. */
  readonly colours: boolean;
  /** The whole of it, as ISO 8601 in UTC, or the time of day here. */
  readonly time: 'iso' | 'short';
}

/** Red, yellow, green, grey; as terminals know them. */
const COLOURS = { error: 31, warn: 33, info: 32, debug: 90 } as const;
/** As long as the longest name. */
const PART_WIDTH = 10;

/** How a log looks where somebody reads it; on a terminal with colours, unless NO_COLOR says that nobody wants them. */
export function lookOf(
  out: { readonly isTTY?: boolean },
  environment: { readonly NO_COLOR?: string | undefined },
): Look {
  const isTerminal = out.isTTY === true;
  return { colours: isTerminal && !environment.NO_COLOR, time: isTerminal ? 'short' : 'iso' };
}

/** An entry for people: one line, and under it the stack that it has, or what is given. */
export function readableLine(entry: LogEntry, look: Look, detail?: string): string {
  const { stack, ...fields } = entry.fields;
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${String(value)}`);
  const time = look.time === 'iso' ? entry.time : timeOfDay(entry.time);
  const head = [time, levelIn(entry.level, look), entry.part.padEnd(PART_WIDTH), entry.message];
  const below = [stack, detail].filter((text) => typeof text === 'string');
  return [[...head, ...pairs].join(' '), ...below].join('\n');
}

function levelIn(level: LogLevel, { colours }: Look): string {
  const padded = level.padEnd(5);
  return colours ? `\u001b[${COLOURS[level]}m${padded}\u001b[39m` : padded;
}

/** `14:03:59.120` */
function timeOfDay(iso: string): string {
  const time = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
