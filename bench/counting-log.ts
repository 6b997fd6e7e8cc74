import type { Log, LogFields } from '../src/ports/log.js';

const MOST_KEPT = 5;

/** Keeps nothing but what went wrong: how often, and the first few times in words. */
export class CountingLog implements Log {
  troubles = 0;
  readonly firstTroubles: string[] = [];

  debug(): void {}

  info(): void {}

  warn(message: string, fields?: LogFields): void {
    this.note(message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.note(message, fields);
  }

  private note(message: string, fields: LogFields = {}): void {
    this.troubles++;
    if (this.firstTroubles.length < MOST_KEPT)
      this.firstTroubles.push(`${message} ${JSON.stringify(fields)}`);
  }
}
