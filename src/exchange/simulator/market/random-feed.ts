import type { SymbolInfo } from '../../../domain/symbol-info.js';
import type { TradeEvent } from '../../../domain/trade-event.js';
import type { Clock } from '../../../ports/clock.js';
import type { TradeFeed } from '../../../streaming/trade-feed.js';
import { randomWalk, type WalkedTrade } from './random-walk.js';

export interface RandomFeedOptions {
  readonly info: SymbolInfo;
  /** Uniform in [0, 1), the same sequence for the same market. */
  readonly random: () => number;
  readonly tradesPerSecond: number;
  readonly clock: Clock;
}

// A feed that fell behind catches up this much and no more.
const MOST_BEHIND_MS = 250;

/** A random walk as a feed: so many trades a second, without an end. */
export class RandomFeed implements TradeFeed {
  readonly isLoaded = true;
  published = 0;
  private readonly walk: Generator<WalkedTrade, never, void>;
  private next: WalkedTrade;
  private dueMs: number;

  constructor(private readonly options: RandomFeedOptions) {
    this.walk = randomWalk(options.info, options.random);
    this.next = this.walk.next().value;
    this.dueMs = options.clock.monotonicMs();
  }

  async load(): Promise<void> {}

  head(): TradeEvent {
    const nowMs = this.options.clock.wallMs();
    return {
      kind: 'trade-event',
      symbol: this.options.info.symbol,
      tradeId: this.published + 1,
      ...this.next,
      tradeTime: nowMs,
      eventTime: nowMs,
      origin: 'exchange',
    };
  }

  advance(): void {
    const { clock, tradesPerSecond } = this.options;
    this.dueMs = Math.max(this.dueMs + 1_000 / tradesPerSecond, clock.monotonicMs() - MOST_BEHIND_MS);
    this.next = this.walk.next().value;
    this.published++;
  }

  waitMs(): number {
    return Math.max(0, this.dueMs - this.options.clock.monotonicMs());
  }

  async close(): Promise<void> {}
}
