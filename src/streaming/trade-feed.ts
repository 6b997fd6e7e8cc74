import type { TradeEvent } from '../domain/trade-event.js';

/** Where a Streamer gets a symbol's trades from. It outlives the Streamer, so that the next one goes on where it was. */
export interface TradeFeed {
  /** Resolves once `head` can tell. Rejects when the trades cannot be read; asked again, it goes on from the last good one. */
  load(): Promise<void>;
  /** The next trade, which stays the next until `advance`; null at the end. Only after `load`. */
  head(): TradeEvent | null;
  /** The head was published. */
  advance(): void;
  /** Milliseconds until the head is due; 0 when it is. */
  waitMs(): number;
  /** Whether `head` needs no `load` first. */
  readonly isLoaded: boolean;
  /** Lets go of what it reads from; afterwards only `load` opens it again. */
  close(): Promise<void>;
  /** For the inspector. */
  readonly published: number;
}
