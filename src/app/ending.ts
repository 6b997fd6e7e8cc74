import { onOutputGone } from '../platform/output-gone.js';
import { onEndAsked } from '../platform/signals.js';
import type { Log } from '../ports/log.js';

/** Why a run ends: somebody asked, or it cannot go on. */
export class Ending {
  /** The tree is being stopped, so its end is none of its own. */
  expected = false;
  /** Null when somebody asked; else what went wrong. */
  readonly asked: Promise<string | null>;
  readonly forget: () => void;
  private isOver = false;
  private resolve!: (reason: string | null) => void;

  /** Hears of signals from now on, a second of which ends the process at once, and that nobody reads its output any more. */
  constructor(log: Pick<Log, 'error'>) {
    this.asked = new Promise((resolve) => {
      this.resolve = resolve;
    });
    let signals = 0;
    const forgetOutput = onOutputGone(() => this.ask());
    const forgetSignals = onEndAsked((signal) => {
      signals++;
      if (signals === 1) return this.ask();
      log.error(`${signal} again: ending at once`);
      process.exit(1);
    });
    this.forget = () => {
      forgetOutput();
      forgetSignals();
    };
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

  private end(reason: string | null): void {
    this.isOver = true;
    this.resolve(reason);
  }
}
