import type { LogLevel } from '../ports/log.js';
import type { LogEntry } from './logging/log-entry.js';
import { isShown } from './logging/log-levels.js';

export type LogReader = (entry: LogEntry) => void;

interface Follower {
  readonly level: LogLevel;
  readonly read: LogReader;
}

const KEPT = 2_000;

/**
 * The last lines of a log, for whoever comes later, and its next ones for whoever follows. Lines at `debug` are told to
 * followers and not kept: they would drive out all others.
 */
export class LogRing {
  private readonly entries: LogEntry[] = [];
  private readonly followers = new Set<Follower>();

  constructor(private readonly kept = KEPT) {}

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

  note(entry: LogEntry): void {
    if (entry.level !== 'debug') {
      this.entries.push(entry);
      if (this.entries.length > this.kept) this.entries.shift();
    }
    for (const follower of this.followers) if (isShown(follower.level, entry.level)) follower.read(entry);
  }
}
