import type { Clock } from '../ports/clock.js';
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../ports/log.js';

export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export type LogReader = (entry: LogEntry) => void;

interface Follower {
  readonly level: LogLevel;
  readonly read: LogReader;
}

const KEPT = 2_000;

/** Whether a log at this level shows an entry of that one. */
export const isShown = (level: LogLevel, entry: LogLevel): boolean =>
  LOG_LEVELS.indexOf(entry) <= LOG_LEVELS.indexOf(level);

/**
 * The last lines of a log, for whoever comes later, and its next ones for whoever follows. Lines at `debug` are told to
 * followers and not kept: they would drive out all others.
 */
export class LogRing {
  private readonly entries: LogEntry[] = [];
  private readonly followers = new Set<Follower>();

  constructor(
    private readonly clock: Clock,
    private readonly kept = KEPT,
  ) {}

  /** The same log, every line of which is noted here too. */
  noting(log: Log): Log {
    const at =
      (level: LogLevel) =>
      (message: string, fields: LogFields = {}): void => {
        log[level](message, fields);
        this.note(level, message, fields);
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  /** The lines that are kept, oldest first. */
  recent(level: LogLevel): readonly LogEntry[] {
    return this.entries.filter((entry) => isShown(level, entry.level));
  }

  /** Told of every line from now on, until the function that it returns is called. It must not throw, nor take long. */
  follow(level: LogLevel, read: LogReader): () => void {
    const follower = { level, read };
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  private note(level: LogLevel, message: string, fields: LogFields): void {
    if (level === 'debug' && this.followers.size === 0) return;
    const entry = { time: new Date(this.clock.wallMs()).toISOString(), level, message, fields };
    if (level !== 'debug') {
      this.entries.push(entry);
      if (this.entries.length > this.kept) this.entries.shift();
    }
    for (const follower of this.followers) if (isShown(follower.level, level)) follower.read(entry);
  }
}
