import type { IdRange } from '../domain/id-range.js';
import type { TradeEvent } from '../domain/trade-event.js';
import { WaitingTrades } from './waiting-trades.js';

/** What became of a trade that was offered. */
export type Offered = 'ready' | 'waiting' | 'duplicate';

/**
 * Puts the trades of one symbol into the order of their ids, each once, whichever way they come: streamed, maybe twice and out
 * of order, or fetched. Those that may be published now are `ready`; those after a gap wait until it is closed.
 */
export class TradeSequence {
  /** Offered again after they were ready. */
  duplicates = 0;
  /** Ids passed over because the exchange has no such trades. */
  absent = 0;
  /** Trades that were fetched and were missing until then. */
  fetched = 0;
  private readonly waiting: WaitingTrades;
  private readonly readyTrades: TradeEvent[] = [];
  /** The last id that is ready, or was; null before the first trade of all. */
  private last: number | null = null;
  private begun = false;

  /** @param maxWaiting most trades that wait in memory */
  constructor(maxWaiting: number) {
    this.waiting = new WaitingTrades(maxWaiting);
  }

  get lastId(): number | null {
    return this.last;
  }

  /** To be published, in this order, and then released. */
  get ready(): readonly TradeEvent[] {
    return this.readyTrades;
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  /** How many had to be let go while they waited, to be fetched again. */
  get droppedCount(): number {
    return this.waiting.dropped;
  }

  /** Ids that are missing between what is ready and what waits. */
  get gap(): IdRange | null {
    const { first } = this.waiting;
    return this.last === null || first === undefined ? null : { from: this.last + 1, to: first.tradeId - 1 };
  }

  /**
   * Until this is called everything waits.
   *
   * @param last the id after which to go on; null to start with the first trade that comes
   */
  begin(last: number | null): void {
    this.begun = true;
    this.last = last;
    const { first } = this.waiting;
    if (last === null && first !== undefined) this.last = first.tradeId - 1;
    this.drain();
  }

  offer(trade: TradeEvent): Offered {
    const { tradeId } = trade;
    if (this.begun) this.last ??= tradeId - 1;
    if (this.last !== null && tradeId <= this.last) return this.duplicate();
    if (tradeId - 1 !== this.last) return this.waiting.add(trade) ? 'waiting' : this.duplicate();
    this.makeReady(trade);
    this.drain();
    return 'ready';
  }

  /**
   * Takes trades that were fetched from the id after the last one on, or from an earlier one. Ids are ascending: what they leave
   * out does not exist, unless it was streamed.
   *
   * @returns the ids passed over
   */
  takeFetched(trades: readonly TradeEvent[]): readonly IdRange[] {
    const absent: IdRange[] = [];
    for (const trade of trades) {
      this.reach(trade.tradeId, absent);
      if (trade.tradeId - 1 !== this.last) continue;
      this.fetched++;
      this.makeReady(trade);
      this.drain();
    }
    for (const { from, to } of absent) this.absent += to - from + 1;
    return absent;
  }

  /** Gives up what is missing before the first trade that waits. */
  skipGap(): IdRange | null {
    const { gap } = this;
    if (gap === null) return null;
    this.last = gap.to;
    this.drain();
    return gap;
  }

  /** Lets go of all that waits. */
  forgetWaiting(): void {
    this.waiting.clear();
  }

  /** The first so many of `ready` are published. */
  release(count: number): void {
    this.readyTrades.splice(0, count);
  }

  /** Goes on until the id is next, or was taken from those that wait. */
  private reach(id: number, absent: IdRange[]): void {
    while (this.last !== null && this.last + 1 < id) {
      const next = Math.min(id, this.waiting.first?.tradeId ?? id);
      absent.push({ from: this.last + 1, to: next - 1 });
      this.last = next - 1;
      this.drain();
    }
  }

  /** Takes what no longer has to wait. */
  private drain(): void {
    for (
      let { first } = this.waiting;
      first !== undefined && this.last !== null;
      first = this.waiting.first
    ) {
      if (first.tradeId > this.last + 1) return;
      this.waiting.takeFirst();
      if (first.tradeId === this.last + 1) this.makeReady(first);
    }
  }

  private makeReady(trade: TradeEvent): void {
    this.readyTrades.push(trade);
    this.last = trade.tradeId;
  }

  private duplicate(): Offered {
    this.duplicates++;
    return 'duplicate';
  }
}
