import { describeRanges, type IdRange } from '../../domain/id-range.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import { IdRanges } from '../id-ranges.js';
import type { Held } from './held.js';

/**
 * Trades not stored yet, in the order heard, up to a bound. Of those past the bound only the ids are kept, as ranges, until
 * they are written down as missing.
 *
 * Trade ids of a symbol have no gaps. So after a restart the first trade heard tells which ones nobody heard: those are
 * missing too.
 */
export class HeldTrades implements Held<TradeEvent> {
  private trades: TradeEvent[] = [];
  private readonly missing = new IdRanges();
  private highestId: number | null = null;
  private resumed = false;

  /** @param max most trades held */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.trades.length;
  }

  get pending(): boolean {
    return this.trades.length > 0 || !this.missing.isEmpty;
  }

  add(trade: TradeEvent): void {
    const { tradeId } = trade;
    this.noteUnheard(tradeId);
    if (this.trades.length >= this.max) {
      this.missing.add(tradeId, tradeId);
      return;
    }
    if (!this.missing.isEmpty) this.missing.remove(tradeId, tradeId);
    this.trades.push(trade);
  }

  private noteUnheard(tradeId: number): void {
    const { highestId } = this;
    if (this.resumed && highestId !== null && tradeId > highestId + 1)
      this.missing.add(highestId + 1, tradeId - 1);
    this.resumed = false;
    if (highestId === null || tradeId > highestId) this.highestId = tradeId;
  }

  head(limit: number): readonly TradeEvent[] {
    return this.trades.slice(0, limit);
  }

  release(trades: readonly TradeEvent[]): void {
    this.trades.splice(0, trades.length);
  }

  setAside(trade: TradeEvent): string {
    this.trades = this.trades.filter((held) => held !== trade);
    this.missing.add(trade.tradeId, trade.tradeId);
    return `trade ${trade.tradeId}`;
  }

  /** Ids that were heard, or must have been published, and are not held. */
  missingRanges(): readonly IdRange[] {
    return this.missing.list();
  }

  /** They were written down. */
  forgetMissing(ranges: readonly IdRange[]): void {
    for (const { from, to } of ranges) this.missing.remove(from, to);
  }

  resume(): void {
    this.resumed = this.highestId !== null;
  }

  leave(): void {
    this.highestId = null;
  }

  describe(): string {
    const ids = new IdRanges();
    for (const { tradeId } of this.trades) ids.add(tradeId, tradeId);
    for (const { from, to } of this.missing.list()) ids.add(from, to);
    return `trades ${describeRanges(ids.list())}`;
  }

  inspect(): Readonly<Record<string, unknown>> {
    return this.missing.isEmpty
      ? {}
      : { missing: this.missing.count, missingIds: describeRanges(this.missing.list()) };
  }
}
