import type { TradeEvent } from '../domain/trade-event.js';
import { numericBytes, numericBytesAt, readNumeric, writeNumeric } from './binary-numeric.js';

/**
 * Trades as rows of PostgreSQL's binary COPY: a signature, then for each row the number of its columns and for each column
 * its length and bytes, then -1.
 *
 * @see PostgreSQL's documentation of COPY, "Binary Format"
 */
const SIGNATURE = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const END = Buffer.from([0xff, 0xff]);

/** The columns that rows are written with, in this order. */
export const WRITTEN_COLUMNS = 'trade_id, trade_time, event_time, symbol_id, buyer_is_maker, price, quantity';
/** The columns that rows are read from, in this order. */
export const READ_COLUMNS = 'trade_id, trade_time, event_time, buyer_is_maker, price, quantity';

const WHOLE_BYTES = 4 + 8;
const FIXED_BYTES = 2 + 3 * WHOLE_BYTES + (4 + 4) + (4 + 1);
const TWO_TO_32 = 2 ** 32;

/** What is sent before the first row and after the last. */
export const copyStart = SIGNATURE;
export const copyEnd = END;

/** The rows of these trades, without start and end. */
export function encodeTrades(symbolId: number, events: readonly TradeEvent[]): Buffer {
  let bytes = 0;
  for (const { price, quantity } of events)
    bytes += FIXED_BYTES + numericBytes(price) + numericBytes(quantity);
  const rows = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const event of events) {
    at = rows.writeInt16BE(7, at);
    at = writeWhole(rows, at, event.tradeId);
    at = writeWhole(rows, at, event.tradeTime);
    at = writeWhole(rows, at, event.eventTime);
    at = rows.writeInt32BE(4, at);
    at = rows.writeInt32BE(symbolId, at);
    at = rows.writeInt32BE(1, at);
    at = rows.writeInt8(event.buyerIsMaker ? 1 : 0, at);
    at = writeNumeric(rows, at, event.price);
    at = writeNumeric(rows, at, event.quantity);
  }
  return rows;
}

// Ids and times are below 2^53, which is what a number holds exactly.
function writeWhole(rows: Buffer, at: number, value: number): number {
  rows.writeInt32BE(8, at);
  rows.writeInt32BE(Math.floor(value / TWO_TO_32), at + 4);
  return rows.writeUInt32BE(value % TWO_TO_32, at + 8);
}

const readWhole = (rows: Buffer, at: number): number =>
  rows.readInt32BE(at + 4) * TWO_TO_32 + rows.readUInt32BE(at + 8);

/** The trades of a whole answer, signature and end included. */
export function decodeTrades(symbol: string, rows: Buffer): TradeEvent[] {
  const events: TradeEvent[] = [];
  for (let at = SIGNATURE.length; rows.readInt16BE(at) !== -1; ) {
    at += 2;
    const tradeId = readWhole(rows, at);
    const tradeTime = readWhole(rows, at + WHOLE_BYTES);
    const eventTime = readWhole(rows, at + 2 * WHOLE_BYTES);
    const buyerIsMaker = rows[at + 3 * WHOLE_BYTES + 4] === 1;
    at += 3 * WHOLE_BYTES + 5;
    const price = readNumeric(rows, at);
    at += numericBytesAt(rows, at);
    const quantity = readNumeric(rows, at);
    at += numericBytesAt(rows, at);
    events.push({
      kind: 'trade-event',
      symbol,
      tradeId,
      price,
      quantity,
      tradeTime,
      eventTime,
      buyerIsMaker,
      origin: 'exchange',
    });
  }
  return events;
}
