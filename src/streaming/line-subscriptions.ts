import {
  inFrames,
  type SubscriptionMethod,
  subscriptionFrame,
} from '../exchange/binance/market/subscription-frames.js';

/** One frame that asks for streams, or for no more of them. */
export interface SubscriptionRequest {
  readonly id: number;
  readonly method: SubscriptionMethod;
  readonly names: readonly string[];
  readonly text: string;
}

/** What one connection was asked to stream, and what of it was confirmed. */
export class LineSubscriptions {
  /** Asked for, with or without an answer so far. */
  private readonly asked = new Set<string>();
  private readonly confirmed = new Set<string>();
  private readonly unanswered = new Map<number, SubscriptionRequest>();
  private lastRequestId = 0;

  /** Whether everything that was asked for is confirmed. */
  get isSettled(): boolean {
    return this.unanswered.size === 0;
  }

  get confirmedCount(): number {
    return this.confirmed.size;
  }

  streams(name: string): boolean {
    return this.confirmed.has(name);
  }

  /** What to send so that these streams come and no others. */
  towards(wanted: ReadonlyMap<string, unknown>): readonly SubscriptionRequest[] {
    const tooMany = [...this.asked].filter((name) => !wanted.has(name));
    const tooFew = [...wanted.keys()].filter((name) => !this.asked.has(name));
    for (const name of tooMany) {
      this.asked.delete(name);
      this.confirmed.delete(name);
    }
    for (const name of tooFew) this.asked.add(name);
    return [...this.requests('UNSUBSCRIBE', tooMany), ...this.requests('SUBSCRIBE', tooFew)];
  }

  isUnanswered(id: number): boolean {
    return this.unanswered.has(id);
  }

  /** @returns the streams that come from now on; none when the answer is to something else */
  answered(id: unknown): readonly string[] {
    const request = this.unanswered.get(id as number);
    this.unanswered.delete(id as number);
    if (request?.method !== 'SUBSCRIBE') return [];
    // Not what was given up while the answer was on its way.
    const names = request.names.filter((name) => this.asked.has(name));
    for (const name of names) this.confirmed.add(name);
    return names;
  }

  private requests(method: SubscriptionMethod, names: readonly string[]): readonly SubscriptionRequest[] {
    return inFrames(names).map((some) => {
      const id = ++this.lastRequestId;
      const request = { id, method, names: some, text: subscriptionFrame(method, some, id) };
      this.unanswered.set(id, request);
      return request;
    });
  }
}
