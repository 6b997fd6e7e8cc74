import { messageOf } from '../platform/error-facts.js';
import { onOutputGone } from '../platform/output-gone.js';
import { exitCodeOf, onDefect, onEndAsked } from '../platform/signals.js';
import { systemClock } from '../platform/system-clock.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';

/** How long an end may take, whatever hangs. Longer than all that is waited for in it, and whoever starts us waits longer. */
export const ENDS_WITHIN_MS = 35_000;

/** Why a run ends: somebody asked, or it cannot go on. */
export class Ending {
  /** The tree is being stopped, so its end is none of its own. */
  expected = false;
  /** Null when somebody asked; else what went wrong. */
  readonly asked: Promise<string | null>;
  private readonly forgets: readonly (() => void)[];
  private isOver = false;
  private isDefect = false;
  private resolve!: (reason: string | null) => void;

  /**
   * Hears from now on of signals, a second of which ends the process at once, of errors outside the actors, and that nobody reads
   * its output any more.
   */
  constructor(
    private readonly log: Pick<Log, 'error'>,
    private readonly clock: Clock = systemClock,
  ) {
    this.asked = new Promise((resolve) => {
      this.resolve = resolve;
    });
    let signals = 0;
    const forgetSignals = onEndAsked((signal) => {
      signals++;
      if (signals === 1) return this.ask();
      log.error(`${signal} again: ending at once`);
      process.exit(exitCodeOf(signal));
    });
    this.forgets = [
      forgetSignals,
      onOutputGone(() => this.ask()),
      onDefect((error) => this.endForDefect(error)),
    ];
  }

  /** Whether it ends, for whatever reason. */
  get isAsked(): boolean {
    return this.isOver;
  }

  ask(): void {
    this.end(null);
  }

  fail(reason: string): void {
    if (!this.expected) this.end(reason);
  }

  forget(): void {
    for (const forget of this.forgets) forget();
  }

  /** Nobody knows what state it left behind, so all that there is ends in order, and the process with a failure. */
  private endForDefect(error: unknown): void {
    // One defect brings others with it, the log's own among them: telling of each could go on for ever.
    if (this.isDefect) return;
    this.isDefect = true;
    process.exitCode = 1;
    const stack = error instanceof Error ? { stack: error.stack ?? null } : {};
    this.log.error(`a defect outside the actors, Hedgehog ends: ${messageOf(error)}`, stack);
    this.fail(`a defect outside the actors: ${messageOf(error)}`);
  }

  private end(reason: string | null): void {
    if (!this.isOver) {
      this.clock.after(ENDS_WITHIN_MS, () => {
        this.log.error(`it has not ended within ${ENDS_WITHIN_MS / 1_000} seconds; ending at once`);
        process.exit(1);
      });
    }
    this.isOver = true;
    this.resolve(reason);
  }
}
