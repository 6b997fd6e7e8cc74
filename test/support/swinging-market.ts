import { Decimal } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import type { Clock } from '../../src/ports/clock.js';
import { TapeFeed } from '../../src/streaming/tape-feed.js';
import type { TradeFeed } from '../../src/streaming/trade-feed.js';
import { Random } from './random.js';
import { rowOf, tapeText } from './tape-text.js';
import { aTradeEvent } from './trade-events.js';

export interface Swing {
  readonly symbol: string;
  /** Price in the middle, in ticks. */
  readonly middle: number;
  readonly tick: string;
  /** Smallest quantity of a trade; there are some up to twelve times as large. */
  readonly lot: string;
  readonly seed: number;
  /** Trades from one end of a swing to the other; 25 unless given. */
  readonly halfSwing?: number;
}

/** How far it goes up and down, as a part of the price. */
const REACH = 0.004;

/**
 * A market that goes up and down for ever, never twice in the same way: so that whoever buys low will sell, and buys again. Some
 * of its trades are too small to fill a whole order.
 */
function* swinging({
  symbol,
  middle,
  tick,
  lot,
  seed,
  halfSwing = 25,
}: Swing): Generator<readonly TradeEvent[], never, void> {
  const random = new Random(seed);
  for (let count = 0; ; ) {
    const batch: TradeEvent[] = [];
    for (; batch.length < 200; count++) {
      const turn = (count / halfSwing) % 2;
      const height = (turn < 1 ? turn : 2 - turn) * 2 - 1;
      const ticks = Math.round(middle * (1 + REACH * height + 0.0008 * (random.next() - 0.5)));
      batch.push(
        aTradeEvent({
          symbol,
          tradeId: count + 1,
          price: new Decimal(tick).times(String(ticks)).toFixed(),
          quantity: new Decimal(lot).times(String(1 + random.below(12))).toFixed(),
        }),
      );
    }
    yield batch;
  }
}

/** The market as a feed, a trade every so many milliseconds. */
export const swingingFeed = (swing: Swing, everyMs: number, clock: Clock): TradeFeed =>
  new TapeFeed({
    async *open() {
      yield* swinging(swing);
    },
    pace: { kind: 'interval', ms: everyMs },
    clock,
  });

/** So many trades of it as a tape, which begins at this time. */
export function swingingTape(swing: Swing, trades: number, everyMs: number, fromMs: number): string {
  const rows: string[] = [];
  for (const batch of swinging(swing)) {
    for (const event of batch) {
      if (rows.length === trades) return tapeText(...rows);
      const tradeTime = fromMs + rows.length * everyMs;
      rows.push(rowOf({ ...event, tradeTime, eventTime: tradeTime }));
    }
  }
  return tapeText(...rows);
}
