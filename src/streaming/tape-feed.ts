import type { TradeEvent } from '../domain/trade-event.js';
import type { Clock } from '../ports/clock.js';
import { gapMs, type Pace } from './pace.js';
import type { TradeFeed } from './trade-feed.js';

export interface TapeFeedOptions {
  /** Reads the tape from its start. */
  readonly open: () => AsyncIterable<readonly TradeEvent[]>;
  readonly pace: Pace;
  /** At the end begin again, with ids and times that go on. */
  readonly loops?: boolean;
  readonly clock: Clock;
}

/** What is added to the ids and times of a tape that is played once more. */
interface Shift {
  readonly ids: number;
  readonly ms: number;
}

// A feed that fell behind, because the machine slept or nobody listened, catches up this much and no more.
const MOST_BEHIND_MS = 250;

/** A tape as a feed: its trades, one by one, when they are due. */
export class TapeFeed implements TradeFeed {
  published = 0;
  private readonly options: TapeFeedOptions;
  private batches: AsyncGenerator<readonly TradeEvent[], void, void> | null = null;
  private batch: readonly TradeEvent[] = [];
  private at = 0;
  private ended = false;
  private loading: Promise<void> | null = null;
  /** Trades of this round already read; skipped when the tape has to be opened again after an error. */
  private taken = 0;
  private shift: Shift = { ids: 0, ms: 0 };
  private first: TradeEvent | null = null;
  private last: TradeEvent | null = null;
  /** Monotonic. Null until the first trade was published: that one is due at once. */
  private dueMs: number | null = null;

  constructor(options: TapeFeedOptions) {
    this.options = options;
  }

  get isLoaded(): boolean {
    return this.ended || this.at < this.batch.length;
  }

  load(): Promise<void> {
    // One reader, also when a Streamer was replaced while it waited.
    this.loading ??= this.loadNow().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  head(): TradeEvent | null {
    const event = this.batch[this.at];
    return event === undefined ? null : shifted(event, this.shift);
  }

  waitMs(): number {
    const event = this.batch[this.at];
    if (event === undefined || this.last === null || this.dueMs === null) return 0;
    return Math.max(0, this.dueMs + this.gapTo(event) - this.options.clock.monotonicMs());
  }

  advance(): void {
    const event = this.batch[this.at];
    if (event === undefined) return;
    const nowMs = this.options.clock.monotonicMs();
    // From when it was due and not from now, or every late timer would slow the tape down for good.
    this.dueMs =
      this.dueMs === null ? nowMs : Math.max(this.dueMs + this.gapTo(event), nowMs - MOST_BEHIND_MS);
    this.first ??= event;
    this.last = event;
    this.at++;
    this.taken++;
    this.published++;
  }

  async close(): Promise<void> {
    const { batches } = this;
    this.batches = null;
    await batches?.return();
  }

  private gapTo(event: TradeEvent): number {
    const from = this.last?.tradeTime ?? event.tradeTime;
    // Negative from the end of a tape to its start.
    return gapMs(this.options.pace, from, Math.max(from, event.tradeTime));
  }

  private async loadNow(): Promise<void> {
    while (!this.isLoaded) {
      this.batches ??= skipping(this.options.open(), this.taken);
      const next = await this.batches.next().catch((error: unknown) => {
        this.batches = null;
        throw error;
      });
      if (next.done !== true) {
        this.batch = next.value;
        this.at = 0;
      } else if (this.options.loops === true && this.first !== null && this.last !== null) {
        this.beginAgain(this.first, this.last);
      } else {
        this.ended = true;
        this.batch = [];
        this.at = 0;
      }
    }
  }

  private beginAgain(first: TradeEvent, last: TradeEvent): void {
    this.shift = {
      ids: this.shift.ids + last.tradeId - first.tradeId + 1,
      ms: this.shift.ms + last.tradeTime - first.tradeTime + 1,
    };
    this.batches = null;
    this.taken = 0;
  }
}

const shifted = (event: TradeEvent, { ids, ms }: Shift): TradeEvent =>
  ids === 0
    ? event
    : {
        ...event,
        tradeId: event.tradeId + ids,
        tradeTime: event.tradeTime + ms,
        eventTime: event.eventTime + ms,
      };

async function* skipping(
  batches: AsyncIterable<readonly TradeEvent[]>,
  count: number,
): AsyncGenerator<readonly TradeEvent[], void, void> {
  let left = count;
  for await (const batch of batches) {
    if (left < batch.length) yield left === 0 ? batch : batch.slice(left);
    left = Math.max(0, left - batch.length);
  }
}
