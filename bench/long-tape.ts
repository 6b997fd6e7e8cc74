import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Decimal, toWire, whole } from '../src/domain/decimal.js';
import type { TradeEvent } from '../src/domain/trade-event.js';

const HEADER = 'event_type,event_time,symbol,trade_id,price,quantity,trade_time,buyer_market_maker\n';

export interface LongTape {
  readonly events: readonly TradeEvent[];
  /** How often they are repeated. */
  readonly times: number;
  /** Added to prices once more with each repetition. Without a rise, what was bought at the very top is never sold. */
  readonly rise: Decimal;
}

/** Writes a tape of events repeated many times over: ids and times go on growing, so that it is one long tape. */
export const writeLongTape = (file: string, tape: LongTape): Promise<void> =>
  pipeline(rows(tape), createWriteStream(file));

function* rows({ events, times, rise }: LongTape): Generator<string> {
  yield HEADER;
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new Error('there is nothing to repeat');
  const ids = last.tradeId - first.tradeId + 1;
  const milliseconds = last.tradeTime - first.tradeTime + 1;
  for (let round = 0; round < times; round++) {
    const risen = rise.times(whole(round));
    for (const event of events) yield row(event, round * ids, round * milliseconds, risen);
  }
}

function row(event: TradeEvent, moreIds: number, moreMs: number, risen: Decimal): string {
  const { eventTime, symbol, tradeId, price, quantity, tradeTime, buyerIsMaker } = event;
  const fields = [
    'trade',
    eventTime + moreMs,
    symbol,
    tradeId + moreIds,
    toWire(price.plus(risen)),
    toWire(quantity),
    tradeTime + moreMs,
    buyerIsMaker,
  ];
  return `${fields.join(',')}\n`;
}
