import type { Decimal } from '../../domain/decimal.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import { type DemoSymbol, SYMBOLS } from './demo-terms.js';
import { TradingLedger } from './trading-ledger.js';

/** What went by of a symbol, kept outside the actors so that it outlives them. */
export class SeenTrades {
  count = 0;
  lastId = 0;
  firstPrice: Decimal | null = null;
  lastPrice: Decimal | null = null;

  take({ tradeId, price }: TradeEvent): void {
    this.count++;
    this.lastId = tradeId;
    this.firstPrice ??= price;
    this.lastPrice = price;
  }
}

/** A symbol of the demo: how it is traded, and what was seen of it. */
export interface Followed {
  readonly terms: DemoSymbol;
  readonly ledger: TradingLedger;
  readonly seen: SeenTrades;
}

export const followAll = (): ReadonlyMap<string, Followed> =>
  new Map(
    SYMBOLS.map((terms) => [
      terms.symbol,
      { terms, ledger: new TradingLedger(terms), seen: new SeenTrades() },
    ]),
  );
