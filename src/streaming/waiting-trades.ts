import type { TradeEvent } from '../domain/trade-event.js';

/**
 * Trades that came before those they have to wait for: by id, each once, up to a bound. Past it the oldest are let go, as they
 * are the ones that the exchange will be asked for anyway.
 */
export class WaitingTrades {
  /** How many were let go so far. */
  dropped = 0;
  private trades: TradeEvent[] = [];

  /** @param max most trades kept, at least 1 */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.trades.length;
  }

  /** The one with the lowest id. */
  get first(): TradeEvent | undefined {
    return this.trades[0];
  }

  /** False when it is here already. */
  add(trade: TradeEvent): boolean {
    const place = this.placeOf(trade.tradeId);
    if (this.trades[place]?.tradeId === trade.tradeId) return false;
    if (place === this.trades.length) this.trades.push(trade);
    else this.trades.splice(place, 0, trade);
    if (this.trades.length > this.max) {
      this.trades.shift();
      this.dropped++;
    }
    return true;
  }

  takeFirst(): TradeEvent | undefined {
    return this.trades.shift();
  }

  clear(): void {
    this.trades = [];
  }

  private placeOf(id: number): number {
    let low = 0;
    let high = this.trades.length;
    // Nearly always it belongs at the end.
    if (high === 0 || (this.trades[high - 1] as TradeEvent).tradeId < id) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.trades[middle] as TradeEvent).tradeId < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
