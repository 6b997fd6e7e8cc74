import type { Log } from '../src/ports/log.js';

const MOST_KEPT = 5;

/** Keeps nothing but what went wrong: how often, and the first few times in words. */
export class CountingLog implements Log {
  troubles = 0;
  readonly firstTroubles: string[] = [];

  debug(): void {}

  info(): void {}

  warn(message: string): void {
    this.note(message);
  }

  error(message: string): void {
    this.note(message);
  }

  private note(message: string): void {
    this.troubles++;
    if (this.firstTroubles.length < MOST_KEPT) this.firstTroubles.push(message);
  }
}
