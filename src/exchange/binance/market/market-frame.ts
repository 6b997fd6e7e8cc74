import { type Decimal, parseDecimal } from '../../../domain/decimal.js';
import type { TradeEvent } from '../../../domain/trade-event.js';
import { tradeStream } from './stream-names.js';

/** What the id of a request may be, and so that of its answer. */
export type RequestId = number | string | null;

/** What one frame of a market stream says. */
export type MarketFrame =
  | TradeEvent
  /** The exchange is about to close the connection, with or without any lead time. */
  | { readonly kind: 'server-shutdown' }
  /** A request was carried out; `result` is null for SUBSCRIBE and UNSUBSCRIBE. */
  | { readonly kind: 'answer'; readonly id: RequestId; readonly result: unknown }
  | {
      readonly kind: 'refusal';
      readonly id: RequestId;
      readonly code: number;
      readonly message: string;
    }
  /** Well formed, of a kind that nobody here reads. */
  | { readonly kind: 'unknown-event'; readonly event: string }
  /** `why` is from a small set; `raw` is the start of the frame. */
  | { readonly kind: 'malformed'; readonly why: string; readonly raw: string };

const RAW_SHOWN = 200;
/** Milliseconds up to the year 5138. What is above is in microseconds, which nobody asked for. */
const TIME_END_MS = 1e14;

type Fields = { readonly [name: string]: unknown };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isTime = (value: unknown): value is number => isId(value) && value > 0 && value < TIME_END_MS;

/** Above zero, and as the exchange writes it. */
function decimalOf(value: unknown): Decimal | undefined {
  const decimal = typeof value === 'string' ? parseDecimal(value) : undefined;
  return decimal === undefined || decimal.c[0] === 0 ? undefined : decimal;
}

const malformed = (why: string, text: string): MarketFrame => ({
  kind: 'malformed',
  why,
  raw: text.slice(0, RAW_SHOWN),
});

/**
 * Reads a text frame of a market stream: of a combined one (`{"stream":"btcusdt@trade","data":{..}}`), a raw payload, or an
 * answer to a request. Never throws. Checked by hand: this runs for every trade of every symbol.
 */
export function decodeMarketFrame(text: string): MarketFrame {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return malformed('it is not JSON', text);
  }
  if (!isFields(frame)) return malformed('it is not an object', text);
  const { stream } = frame;
  if (stream === undefined) return decodePayload(frame, null, text);
  if (typeof stream !== 'string') return malformed('its stream has no name', text);
  if (!isFields(frame.data)) return malformed('its stream has no data', text);
  return decodePayload(frame.data, stream, text);
}

function decodePayload(data: Fields, stream: string | null, text: string): MarketFrame {
  const { e: event } = data;
  if (event === 'trade') return decodeTrade(data, stream, text);
  if (event === 'serverShutdown') return { kind: 'server-shutdown' };
  if (typeof event === 'string') return { kind: 'unknown-event', event };
  if (event !== undefined) return malformed('its event has no name', text);
  // Some events have no name, such as those of book tickers and partial depths.
  if (stream !== null) return { kind: 'unknown-event', event: stream };
  return decodeAnswer(data, text);
}

function decodeTrade(data: Fields, stream: string | null, text: string): MarketFrame {
  const { s: symbol, t: tradeId, T: tradeTime, E: eventTime, m: buyerIsMaker } = data;
  if (typeof symbol !== 'string' || symbol === '') return malformed('a trade has no symbol', text);
  if (stream !== null && stream !== tradeStream(symbol))
    return malformed('a trade is of another symbol than its stream', text);
  if (!isId(tradeId)) return malformed('a trade has no id', text);
  const price = decimalOf(data.p);
  if (price === undefined) return malformed('a trade has no price', text);
  const quantity = decimalOf(data.q);
  if (quantity === undefined) return malformed('a trade has no quantity', text);
  if (!isTime(tradeTime) || !isTime(eventTime)) return malformed('a trade has no time', text);
  if (typeof buyerIsMaker !== 'boolean') return malformed('a trade has no maker', text);
  return {
    kind: 'trade-event',
    symbol,
    tradeId,
    price,
    quantity,
    tradeTime,
    eventTime,
    buyerIsMaker,
    origin: 'exchange',
  };
}

function decodeAnswer(data: Fields, text: string): MarketFrame {
  // Some refusals come as an `error` with the same fields.
  const refusal = isFields(data.error) ? data.error : data;
  const { code, msg } = refusal;
  const { id = null } = data;
  if (id !== null && typeof id !== 'string' && !Number.isSafeInteger(id))
    return malformed('an answer has no id', text);
  if (typeof code === 'number')
    return {
      kind: 'refusal',
      id: id as RequestId,
      code,
      message: typeof msg === 'string' ? msg.slice(0, RAW_SHOWN) : '',
    };
  if (data.result !== undefined && data.id !== undefined)
    return { kind: 'answer', id: id as RequestId, result: data.result };
  return malformed('it is neither an event nor an answer', text);
}
