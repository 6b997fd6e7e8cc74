import type { TradeColumns } from '../../domain/trade-columns.js';

/** What the column of a tape is read as. */
export type Role =
  | 'ignored'
  | 'trade'
  | 'symbol'
  | 'tradeId'
  | 'price'
  | 'quantity'
  | 'tradeTime'
  | 'eventTime'
  /** Milliseconds or microseconds, and the event time too. */
  | 'time'
  | 'buyerIsMaker'
  | 'buyerIsMakerAnyCase';

/** Where a scan stands: what the row before was, and how many lines there were. */
export interface Place {
  line: number;
  tradeId: number;
  tradeTime: number;
}

const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const POINT = 0x2e;
const ZERO = 0x30;
const LOWER_CASE = 0x20;

const WHOLE_DIGITS_MAX = 16;
const DECIMAL_DIGITS_MAX = 20;
/** A row that is longer is not plain. */
export const ROW_BYTES_MAX = 1_000;
const ROWS_MAX = 1_000;
const MICROSECONDS_FROM = 1e14;

const bytesOf = (text: string): Buffer => Buffer.from(text, 'utf8');
const TRUE = bytesOf('true');
const FALSE = bytesOf('false');
const TRADE = bytesOf('trade');

/**
 * Reads the rows of a tape from its bytes, without a string, an object or a decimal for any of them. It knows what nearly every
 * row looks like, and takes nothing that the decoder of rows would refuse or read otherwise; it stops before the first row that
 * it does not know, which is then for that decoder to judge.
 */
export class TradeScan {
  private readonly symbol: Buffer;
  private readonly columns = new ColumnsInMaking();
  private bytes: Buffer = Buffer.alloc(0);
  /** Where the next field begins. */
  private at = 0;
  private whole = 0;
  /** After the last digit of a decimal that is not a trailing zero. */
  private decimalEnd = 0;

  constructor(
    private readonly roles: readonly Role[],
    symbol: string,
  ) {
    this.symbol = bytesOf(symbol);
  }

  /** The rows at the start of `bytes`, up to a thousand, that are known and whole; and where the row after them begins. The columns are good until the next call. */
  rowsOf(bytes: Buffer, place: Place): { readonly columns: TradeColumns; readonly end: number } {
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    const { columns } = this;
    columns.text = bytes;
    columns.count = 0;
    this.bytes = bytes;
    this.at = 0;
    let rowsEnd = 0;
    while (rowsEnd < end && columns.count < ROWS_MAX && this.row(columns, place)) rowsEnd = this.at;
    return { columns, end: rowsEnd };
  }

  private row(columns: ColumnsInMaking, place: Place): boolean {
    const { roles } = this;
    const start = this.at;
    const row = columns.count;
    for (let index = 0; index < roles.length; index++) {
      if (!this.field(roles[index] as Role, columns, row)) return false;
      const isLast = index === roles.length - 1;
      if (isLast && this.bytes[this.at] === RETURN) this.at++;
      if (this.bytes[this.at++] !== (isLast ? LINE_FEED : COMMA)) return false;
    }
    const tradeId = columns.tradeIds[row] as number;
    const tradeTime = columns.tradeTimes[row] as number;
    if (tradeId <= place.tradeId || tradeTime < place.tradeTime || this.at - start > ROW_BYTES_MAX)
      return false;
    place.tradeId = tradeId;
    place.tradeTime = tradeTime;
    place.line++;
    columns.count++;
    return true;
  }

  private field(role: Role, columns: ColumnsInMaking, row: number): boolean {
    switch (role) {
      case 'ignored':
        return this.skip();
      case 'trade':
        return this.is(TRADE);
      case 'symbol':
        return this.is(this.symbol);
      case 'tradeId':
        if (!this.readWhole()) return false;
        columns.tradeIds[row] = this.whole;
        return true;
      case 'tradeTime':
        if (!this.readWhole()) return false;
        columns.tradeTimes[row] = this.whole;
        return true;
      case 'eventTime':
        if (!this.readWhole()) return false;
        columns.eventTimes[row] = this.whole;
        return true;
      case 'time': {
        if (!this.readWhole()) return false;
        const time = this.whole < MICROSECONDS_FROM ? this.whole : (this.whole - (this.whole % 1000)) / 1000;
        columns.tradeTimes[row] = time;
        columns.eventTimes[row] = time;
        return true;
      }
      case 'price':
        columns.priceStarts[row] = this.at;
        if (!this.readDecimal()) return false;
        columns.priceEnds[row] = this.decimalEnd;
        return true;
      case 'quantity':
        columns.quantityStarts[row] = this.at;
        if (!this.readDecimal()) return false;
        columns.quantityEnds[row] = this.decimalEnd;
        return true;
      case 'buyerIsMaker':
        columns.buyersAreMakers[row] = this.bytes[this.at] === TRUE[0] ? 1 : 0;
        return this.is(TRUE) || this.is(FALSE);
      case 'buyerIsMakerAnyCase':
        columns.buyersAreMakers[row] = ((this.bytes[this.at] as number) | LOWER_CASE) === TRUE[0] ? 1 : 0;
        return this.isAnyCase(TRUE) || this.isAnyCase(FALSE);
    }
  }

  /** What stands in a column that nobody needs, unless it is quoted: then it may hold anything. */
  private skip(): boolean {
    const { bytes } = this;
    let { at } = this;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === COMMA || byte === LINE_FEED) break;
      if (byte === QUOTE) return false;
    }
    this.at = at;
    return true;
  }

  private is(wanted: Buffer): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false;
    this.at = at + wanted.length;
    return true;
  }

  private isAnyCase(wanted: Buffer): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < wanted.length; index++) {
      const byte = bytes[at + index] as number;
      if (byte !== wanted[index] && byte + LOWER_CASE !== wanted[index]) return false;
    }
    this.at = at + wanted.length;
    return true;
  }

  private readWhole(): boolean {
    const { bytes, at: start } = this;
    let at = start;
    let value = 0;
    for (let digit = digitAt(bytes, at); digit <= 9; digit = digitAt(bytes, at)) {
      value = value * 10 + digit;
      at++;
    }
    this.at = at;
    this.whole = value;
    return at > start && at - start <= WHOLE_DIGITS_MAX && value <= Number.MAX_SAFE_INTEGER;
  }

  private readDecimal(): boolean {
    const { bytes, at: start } = this;
    let at = start;
    let lastSignificant = -1;
    for (let digit = digitAt(bytes, at); digit <= 9; digit = digitAt(bytes, at)) {
      if (digit !== 0) lastSignificant = at;
      at++;
    }
    const point = at;
    this.at = this.decimalEnd = point;
    if (point === start || point - start > DECIMAL_DIGITS_MAX) return false;
    if (bytes[point] === POINT) {
      at++;
      for (let digit = digitAt(bytes, at); digit <= 9; digit = digitAt(bytes, at)) {
        if (digit !== 0) lastSignificant = at;
        at++;
      }
      const decimals = at - point - 1;
      if (decimals < 1 || decimals > DECIMAL_DIGITS_MAX) return false;
      if (lastSignificant > point) this.decimalEnd = lastSignificant + 1;
      this.at = at;
    }
    return lastSignificant >= 0;
  }
}

/** What the digit stands for, or something above 9. */
const digitAt = (bytes: Buffer, at: number): number => ((bytes[at] as number) - ZERO) >>> 0;

class ColumnsInMaking implements TradeColumns {
  count = 0;
  text: Buffer = Buffer.alloc(0);
  readonly tradeIds = new Float64Array(ROWS_MAX);
  readonly tradeTimes = new Float64Array(ROWS_MAX);
  readonly eventTimes = new Float64Array(ROWS_MAX);
  readonly buyersAreMakers = new Uint8Array(ROWS_MAX);
  readonly priceStarts = new Uint32Array(ROWS_MAX);
  readonly priceEnds = new Uint32Array(ROWS_MAX);
  readonly quantityStarts = new Uint32Array(ROWS_MAX);
  readonly quantityEnds = new Uint32Array(ROWS_MAX);
}
