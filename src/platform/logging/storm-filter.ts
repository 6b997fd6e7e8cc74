import type { Clock } from '../../ports/clock.js';
import type { LogFields, LogPart } from '../../ports/log.js';
import type { LogLine } from './log-entry.js';

const WINDOW_MS = 10_000;
/** Different lines that are watched at the same time. */
const MOST_WATCHED = 1_000;

/**
 * Parts of which each line at `info` counts for itself: it tells of an order, a fill or the end of a cycle, of what somebody
 * changed, or of the life of the process. However alike two of them are, none stands for the other.
 */
const EACH_COUNTS: ReadonlySet<LogPart> = new Set(['trading', 'control', 'app']);

/** Fields that differ between lines which are the same otherwise. All others tell lines apart: a symbol, an order, a reason. */
const MEASURES: ReadonlySet<string> = new Set([
  ...['failures', 'waitMs', 'willRetryInMs', 'seconds', 'held', 'missing', 'count', 'late', 'stack'],
]);

interface Storm {
  readonly beganMs: number;
  last: LogLine;
  /** Lines that were not passed on since it began. */
  repeated: number;
}

/**
 * Passes lines on; of those that are repeated quickly the first, and then how many there were. A warning or an error of trading is
 * summed only with those of the same order and trader, as these are among its fields. Lines at `debug` are never summed: somebody
 * asked to see each.
 */
export class StormFilter {
  /** By what makes lines the same; in the order in which they began, so the one that is over first is first. */
  private readonly storms = new Map<string, Storm>();
  private isTimed = false;

  constructor(
    private readonly clock: Clock,
    private readonly pass: (line: LogLine) => void,
    private readonly mostWatched = MOST_WATCHED,
  ) {}

  offer(line: LogLine): void {
    if (!isSummed(line)) {
      this.pass(line);
      return;
    }
    // A timer may be late, as when the machine slept.
    this.endThoseOver();
    const key = keyOf(line);
    const storm = this.storms.get(key);
    if (storm !== undefined) {
      storm.repeated++;
      storm.last = line;
      return;
    }
    this.watch(key, line);
    this.pass(line);
  }

  /** Tells what was not told yet, as nothing comes after it. */
  flush(): void {
    for (const storm of this.storms.values()) this.tell(storm);
    this.storms.clear();
  }

  private watch(key: string, last: LogLine): void {
    if (this.storms.size >= this.mostWatched) {
      const [oldest] = this.storms;
      if (oldest !== undefined) this.end(...oldest);
    }
    this.storms.set(key, { beganMs: this.clock.monotonicMs(), last, repeated: 0 });
    this.timeTheFirst();
  }

  private timeTheFirst(): void {
    const [first] = this.storms.values();
    if (first === undefined || this.isTimed) return;
    this.isTimed = true;
    this.clock.after(first.beganMs + WINDOW_MS - this.clock.monotonicMs(), () => {
      this.isTimed = false;
      this.endThoseOver();
      this.timeTheFirst();
    });
  }

  private endThoseOver(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [key, storm] of this.storms) {
      if (nowMs - storm.beganMs < WINDOW_MS) return;
      this.end(key, storm);
      // One that goes on is summed again, and not begun anew with a whole line.
      if (storm.repeated > 0) this.watch(key, storm.last);
    }
  }

  private end(key: string, storm: Storm): void {
    this.storms.delete(key);
    this.tell(storm);
  }

  private tell({ last, repeated, beganMs }: Storm): void {
    if (repeated === 0) return;
    const seconds = Math.max(1, Math.round((this.clock.monotonicMs() - beganMs) / 1_000));
    this.pass({
      ...last,
      message: `… ${repeated.toLocaleString('en-US')} more like this in ${seconds} s: ${last.message}`,
      // The first was told with its stack.
      fields: { ...last.fields, stack: null, repeated },
    });
  }
}

function isSummed({ level, part }: LogLine): boolean {
  switch (level) {
    case 'error':
      return true;
    case 'warn':
      // Who was refused, and what was killed; refusals are bounded where they are made.
      return part !== 'control';
    case 'info':
      return !EACH_COUNTS.has(part);
    case 'debug':
      return false;
  }
}

const keyOf = ({ level, part, message, fields }: LogLine): string =>
  JSON.stringify([level, part, message, ...identifying(fields)]);

const identifying = (fields: LogFields): readonly unknown[] =>
  Object.entries(fields)
    .filter(([name]) => !MEASURES.has(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
