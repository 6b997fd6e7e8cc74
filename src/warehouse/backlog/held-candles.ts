import type { Candle } from '../../domain/candle.js';
import { candleKey, fullestOf } from '../candle-store.js';
import type { Held } from './held.js';

/**
 * Candles not stored yet, of each the state with the most trades. Past the bound the oldest are let go and counted: unlike
 * trades they can be computed again.
 */
export class HeldCandles implements Held<Candle> {
  private readonly byKey = new Map<string, Candle>();
  private dropped = 0;

  /** @param max most candles held */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.byKey.size;
  }

  get pending(): boolean {
    return this.byKey.size > 0;
  }

  add(candle: Candle): void {
    const key = candleKey(candle);
    const known = this.byKey.get(key);
    for (const fullest of fullestOf(known === undefined ? [candle] : [known, candle]).values())
      this.byKey.set(key, fullest);
    if (this.byKey.size <= this.max) return;
    for (const oldest of this.byKey.keys()) {
      this.byKey.delete(oldest);
      this.dropped++;
      break;
    }
  }

  head(limit: number): readonly Candle[] {
    return [...this.byKey.values()].slice(0, limit);
  }

  release(candles: readonly Candle[]): void {
    // Not one that has grown while it was written.
    for (const candle of candles)
      if (this.byKey.get(candleKey(candle)) === candle) this.byKey.delete(candleKey(candle));
  }

  setAside(candle: Candle): string {
    this.release([candle]);
    return `candle ${candleKey(candle)}`;
  }

  resume(): void {}

  leave(): void {}

  describe(): string {
    return `candles ${[...this.byKey.keys()].join(', ')}`;
  }

  inspect(): Readonly<Record<string, unknown>> {
    return this.dropped === 0 ? {} : { dropped: this.dropped };
  }
}
