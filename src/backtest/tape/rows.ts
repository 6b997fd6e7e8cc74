import type { TradeEvent } from '../../domain/trade-event.js';
import { quoted } from '../../platform/input-error.js';
import {
  BOOLEAN,
  BOOLEAN_ANY_CASE,
  checkCount,
  column,
  type Kind,
  MILLI_OR_MICROSECONDS,
  MILLISECONDS,
  POSITIVE_DECIMAL,
  WHOLE_NUMBER,
} from './columns.js';
import type { CsvLine, Refuse } from './csv-lines.js';

/** The event that a row stands for. Refuses a row that stands for none. */
export type DecodeRow = (row: CsvLine) => TradeEvent;

const NEEDED = [
  'event_type',
  'event_time',
  'symbol',
  'trade_id',
  'price',
  'quantity',
  'trade_time',
  'buyer_market_maker',
] as const;

/** Whether the first row of a file belongs to one of Binance's trade dumps, which have no header. */
export const isDumpRow = ({ fields: [first] }: CsvLine): boolean =>
  first !== undefined && /^\d+$/.test(first);

/** For a tape with a header row. Its columns are found by name; those that are not needed may be missing. */
export function headedRows(header: CsvLine, symbol: string, refuse: Refuse): DecodeRow {
  const names = header.fields.map((name) => name.trim());
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    refuse(
      header.line,
      `columns are missing: ${missing.join(', ')}; a tape begins with a row of column names or is a Binance trade dump`,
    );
  }
  const doubled = NEEDED.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (doubled !== undefined) refuse(header.line, `the column ${doubled} stands there twice; allowed is once`);

  const find = <Value>(name: (typeof NEEDED)[number], kind: Kind<Value>) =>
    column(name, names.indexOf(name), kind, refuse);
  const eventType = find('event_type', {
    allowed: 'trade',
    read: (text) => (text === 'trade' ? text : undefined),
  });
  const rowSymbol = find('symbol', {
    allowed: `${quoted(symbol)}, the symbol that is asked for`,
    read: (text) => (text === symbol ? symbol : undefined),
  });
  const tradeId = find('trade_id', WHOLE_NUMBER);
  const price = find('price', POSITIVE_DECIMAL);
  const quantity = find('quantity', POSITIVE_DECIMAL);
  const tradeTime = find('trade_time', MILLISECONDS);
  const eventTime = find('event_time', MILLISECONDS);
  const buyerIsMaker = find('buyer_market_maker', BOOLEAN);

  return ({ fields, line }) => {
    checkCount(fields, line, names.length, refuse);
    eventType(fields, line);
    return {
      kind: 'trade-event',
      symbol: rowSymbol(fields, line),
      tradeId: tradeId(fields, line),
      price: price(fields, line),
      quantity: quantity(fields, line),
      tradeTime: tradeTime(fields, line),
      eventTime: eventTime(fields, line),
      buyerIsMaker: buyerIsMaker(fields, line),
      origin: 'exchange',
    };
  };
}

/**
 * For one of Binance's trade dumps: id, price, quantity, quote quantity, time, buyer is maker, best match. It names no symbol.
 * When an event was told is not in it, so the trade time stands for that.
 *
 * @see https://github.com/binance/binance-public-data (read 2026-07)
 */
export function dumpRows(symbol: string, refuse: Refuse): DecodeRow {
  const tradeId = column('trade id (column 1)', 0, WHOLE_NUMBER, refuse);
  const price = column('price (column 2)', 1, POSITIVE_DECIMAL, refuse);
  const quantity = column('quantity (column 3)', 2, POSITIVE_DECIMAL, refuse);
  const time = column('time (column 5)', 4, MILLI_OR_MICROSECONDS, refuse);
  const buyerIsMaker = column('buyer is maker (column 6)', 5, BOOLEAN_ANY_CASE, refuse);

  return ({ fields, line }) => {
    checkCount(fields, line, 7, refuse);
    const tradeTime = time(fields, line);
    return {
      kind: 'trade-event',
      symbol,
      tradeId: tradeId(fields, line),
      price: price(fields, line),
      quantity: quantity(fields, line),
      tradeTime,
      eventTime: tradeTime,
      buyerIsMaker: buyerIsMaker(fields, line),
      origin: 'exchange',
    };
  };
}
