import type { Clock } from '../../../ports/clock.js';

/**
 * Messages that leave evenly spaced, the others queued. Spaced and not in bursts: what leaves in two bursts a second apart may
 * arrive within one second, and the exchange cuts who sends too much in one.
 */
export class PacedSends {
  private readonly queue: string[] = [];
  private state: 'held' | 'idle' | 'spacing' | 'stopped' = 'held';
  private cancelTimer: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly spacingMs: number,
    private readonly write: (text: string) => void,
  ) {}

  get queued(): number {
    return this.queue.length;
  }

  /** Sends at once when the spacing allows it, otherwise as soon as it does; nothing leaves before `begin`. */
  send(text: string): void {
    if (this.state === 'stopped') return;
    this.queue.push(text);
    if (this.state === 'idle') this.next();
  }

  begin(): void {
    if (this.state === 'held') this.next();
  }

  /** Forgets what has not left. */
  stop(): void {
    this.state = 'stopped';
    this.queue.length = 0;
    this.cancelTimer();
  }

  private next(): void {
    const text = this.queue.shift();
    if (text === undefined) {
      this.state = 'idle';
      return;
    }
    this.state = 'spacing';
    this.cancelTimer = this.clock.after(this.spacingMs, () => this.next());
    this.write(text);
  }
}
