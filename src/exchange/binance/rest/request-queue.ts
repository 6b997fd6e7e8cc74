import type { RestOutcome } from './outcome.js';
import { PRIORITIES, type Priority } from './rate-limits.js';
import type { RestRequest } from './requests.js';

/** When a request was sent and answered, monotonic milliseconds. */
export interface Timing {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** A request that waits for its turn. */
export interface Queued {
  readonly request: RestRequest<unknown>;
  /** When it gives up, monotonic milliseconds. */
  readonly deadlineMs: number;
  /** Whether it was sent before, and had certainly no effect. */
  readonly resent: boolean;
  /** Hears once what became of it; without a timing when it was never sent. */
  readonly done: (outcome: RestOutcome<unknown>, timing: Timing | null) => void;
}

/** A known wait in milliseconds, 0 for none; or until something happens. */
export type Wait = number | 'until-told';

export type NextTurn =
  | { readonly kind: 'send'; readonly queued: Queued }
  | { readonly kind: 'give-up'; readonly queued: Queued; readonly waitMs: Wait }
  /** Nothing can go before so long; Infinity when nothing waits. */
  | { readonly kind: 'wait'; readonly waitMs: number };

/** Requests that wait for their turn: by priority, then in the order in which they came. */
export class RequestQueue {
  private readonly lines = new Map<Priority, Queued[]>(PRIORITIES.map((priority) => [priority, []]));

  get size(): number {
    return [...this.lines.values()].reduce((sum, line) => sum + line.length, 0);
  }

  add(queued: Queued): void {
    this.lineOf(queued).push(queued);
  }

  /** Before all others of its priority. */
  addFirst(queued: Queued): void {
    this.lineOf(queued).unshift(queued);
  }

  /** Takes out the next request that can go or has no more time to wait. */
  next(nowMs: number, waitOf: (request: RestRequest<unknown>) => Wait): NextTurn {
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const line of this.lines.values()) {
      for (const [index, queued] of line.entries()) {
        const leftMs = queued.deadlineMs - nowMs;
        const waitMs = waitOf(queued.request);
        if (waitMs === 0) return { kind: 'send', queued: take(line, index) };
        if (leftMs <= 0 || (waitMs !== 'until-told' && waitMs > leftMs))
          return { kind: 'give-up', queued: take(line, index), waitMs };
        soonestMs = Math.min(soonestMs, waitMs === 'until-told' ? leftMs : waitMs);
      }
    }
    return { kind: 'wait', waitMs: soonestMs };
  }

  /** Takes out all that are signed. */
  takeSigned(): Queued[] {
    const taken: Queued[] = [];
    for (const [priority, line] of this.lines) {
      taken.push(...line.filter(({ request }) => request.signed));
      this.lines.set(
        priority,
        line.filter(({ request }) => !request.signed),
      );
    }
    return taken;
  }

  private lineOf({ request }: Queued): Queued[] {
    return this.lines.get(request.cost.priority) as Queued[];
  }
}

const take = (line: Queued[], index: number): Queued => line.splice(index, 1)[0] as Queued;
