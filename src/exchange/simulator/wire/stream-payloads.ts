import { toWire } from '../../../domain/decimal.js';
import type { TradeEvent } from '../../../domain/trade-event.js';
import type { TimeUnit } from '../api/api-types.js';

/** How a connection wants its times and its frames. */
export interface StreamForm {
  readonly unit: TimeUnit;
  /** Wrapped as `{"stream":..,"data":..}`. */
  readonly combined: boolean;
}

/** A time in Unix milliseconds as it is written in this unit. */
export const inUnit = (timeMs: number, unit: TimeUnit): number =>
  unit === 'microsecond' ? timeMs * 1_000 : timeMs;

/**
 * Payload of `<symbol>@trade`.
 *
 * Written by hand: it is the busiest text of the simulator, and every value is a number, a boolean or a plain decimal.
 */
export const tradeText = (event: TradeEvent, unit: TimeUnit): string =>
  `{"e":"trade","E":${inUnit(event.eventTime, unit)},"s":${JSON.stringify(event.symbol)},"t":${event.tradeId},"p":"${toWire(event.price)}","q":"${toWire(event.quantity)}","T":${inUnit(event.tradeTime, unit)},"m":${event.buyerIsMaker},"M":true}`;

/** Payload of `<symbol>@aggTrade`: each trade is an aggregate of its own, with the trade's id. */
export const aggTradeText = (event: TradeEvent, unit: TimeUnit): string =>
  `{"e":"aggTrade","E":${inUnit(event.eventTime, unit)},"s":${JSON.stringify(event.symbol)},"a":${event.tradeId},"p":"${toWire(event.price)}","q":"${toWire(event.quantity)}","f":${event.tradeId},"l":${event.tradeId},"T":${inUnit(event.tradeTime, unit)},"m":${event.buyerIsMaker},"M":true}`;

/** The frame of a payload, in the form that a connection wants. */
export const framed = (stream: string, payload: string, combined: boolean): string =>
  combined ? `{"stream":${JSON.stringify(stream)},"data":${payload}}` : payload;

/** Told to a market stream connection that will be closed. */
export const shutdownText = (nowMs: number, { unit, combined }: StreamForm): string =>
  framed('!serverShutdown', JSON.stringify({ e: 'serverShutdown', E: inUnit(nowMs, unit) }), combined);
