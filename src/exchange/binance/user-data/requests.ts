import type { Clock } from '../../../ports/clock.js';
import type { Line } from '../socket/line.js';
import type { Answer } from './frame.js';

export type Params = Readonly<Record<string, string | number | boolean>>;

interface Pending {
  readonly line: Line;
  readonly settle: (answer: Answer | null) => void;
}

/**
 * Requests of the WebSocket API and their answers, which may come in any order.
 *
 * The answer to a request is null when none came in time: what was asked may have happened.
 */
export class Requests {
  private readonly pending = new Map<string, Pending>();
  private made = 0;

  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  get inFlight(): number {
    return this.pending.size;
  }

  make(line: Line, method: string, params?: Params): Promise<Answer | null> {
    const id = String(++this.made);
    return new Promise((resolve) => {
      const settle = (answer: Answer | null): void => {
        cancel();
        this.pending.delete(id);
        resolve(answer);
      };
      const cancel = this.clock.after(this.timeoutMs, () => settle(null));
      this.pending.set(id, { line, settle });
      line.send(JSON.stringify({ id, method, ...(params !== undefined && { params }) }));
    });
  }

  /**
   * Takes in an answer that came on a line. One without an id, as it comes for a key that was revoked, is about whatever is under
   * way there.
   *
   * @returns false when nobody had asked, or no longer waits
   */
  take(answer: Answer, line: Line): boolean {
    if (answer.id !== null) {
      const asked = this.pending.get(answer.id);
      if (asked?.line !== line) return false;
      asked.settle(answer);
      return true;
    }
    const onLine = [...this.pending.values()].filter((asked) => asked.line === line);
    for (const { settle } of onLine) settle(answer);
    return onLine.length > 0;
  }

  /** No answer is waited for any more. */
  stop(): void {
    for (const { settle } of [...this.pending.values()]) settle(null);
  }
}
