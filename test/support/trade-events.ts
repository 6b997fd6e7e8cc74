import { Decimal } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';

/** A trade; what is not given is that of trade 1, and its times follow its id. */
export function aTradeEvent(
  given: Partial<Omit<TradeEvent, 'price' | 'quantity'>> & {
    readonly price?: string;
    readonly quantity?: string;
  } = {},
): TradeEvent {
  const { tradeId = 1, price = '0.431', quantity = '12.5', ...rest } = given;
  return {
    kind: 'trade-event',
    symbol: 'XRPUSDT',
    tradeId,
    tradeTime: 1_000 * tradeId,
    eventTime: 1_000 * tradeId + 3,
    buyerIsMaker: tradeId % 2 === 0,
    origin: 'exchange',
    ...rest,
    price: new Decimal(price),
    quantity: new Decimal(quantity),
  };
}

/** Trades with ids from `first` to `last`. */
export const tradesFrom = (first: number, last: number): TradeEvent[] =>
  Array.from({ length: last - first + 1 }, (_, index) =>
    aTradeEvent({ tradeId: first + index, price: `0.${400 + ((first + index) % 100)}` }),
  );

/** Events in batches as a tape gives them. */
export async function* batchesOf(
  events: readonly TradeEvent[],
  size = 500,
): AsyncGenerator<readonly TradeEvent[], void, void> {
  for (let start = 0; start < events.length; start += size) yield events.slice(start, start + size);
}

export async function collected(batches: AsyncIterable<readonly TradeEvent[]>): Promise<TradeEvent[]> {
  const all: TradeEvent[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** Events as texts, for comparing: quicker than many objects. */
export const plainTrades = (events: readonly TradeEvent[]): readonly string[] =>
  events.map((event) =>
    [
      event.kind,
      event.symbol,
      event.tradeId,
      event.price.toFixed(),
      event.quantity.toFixed(),
      event.tradeTime,
      event.eventTime,
      event.buyerIsMaker,
      event.origin,
    ].join(' '),
  );
