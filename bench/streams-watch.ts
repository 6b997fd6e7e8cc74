import { createHistogram, type Histogram } from 'node:perf_hooks';
import type { TradeEvent } from '../src/domain/trade-event.js';
import { Trader } from '../src/trading/trader.js';
import { watchSockets } from './socket-watch.js';

/** Of latencies, in milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export const percentilesOf = (histogram: Histogram, perMs: number): Percentiles => ({
  p50: histogram.percentile(50) / perMs,
  p99: histogram.percentile(99) / perMs,
  max: histogram.count === 0 ? 0 : histogram.max / perMs,
});

const ID_FIELD = '"t":';
/** Shorter frames are answers to requests. */
const LEAST_TRADE_BYTES = 80;
/** `{"stream":"b`, and then the four digits of a made-up symbol. */
const INDEX_AT = 12;
/** Trades of a symbol that may be under way at once. */
const KEPT = 1_024;
const US_PER_MS = 1_000;

function digits(bytes: Buffer, from: number): number {
  let value = 0;
  for (let at = from; ; at++) {
    const digit = (bytes[at] as number) - 48;
    if (!(digit >= 0 && digit <= 9)) return value;
    value = value * 10 + digit;
  }
}

/**
 * Watches trades come in at the sockets and arrive with the traders, from outside of both, and as cheaply as that can be done:
 * no message is sent for it.
 */
export class StreamsWatch {
  /** From the frame's coming out of the socket to the end of the trader's decision, microseconds. */
  readonly decided = createHistogram();
  /** From the exchange's stamp to the same, milliseconds. */
  readonly decidedSinceTrade = createHistogram();
  frames = 0;
  /** Trade events that traders have handled. */
  handled = 0;
  /** Trades that some trader has handled. */
  seen = 0;
  /** Trades that came while no trader of their symbol listened: between the end of one cycle and the next. */
  unattended = 0;
  /** Trades that a trader should have been told, being between two that it was told; or told twice. */
  lost = 0;
  private readonly arrivedMs: Float64Array;
  private readonly firstIds: Float64Array;
  private readonly highestIds = new Map<string, number>();
  private readonly lastOf = new WeakMap<object, number>();

  constructor(symbols: number) {
    this.arrivedMs = new Float64Array(symbols * KEPT);
    this.firstIds = new Float64Array(symbols);
    watchSockets((event, data) => {
      if (event === 'message') this.arrived(data as Buffer);
    });
    this.watchTraders();
  }

  /** The first id that came of a symbol; 0 when none did. */
  firstId(index: number): number {
    return this.firstIds[index] as number;
  }

  /** The last id that a trader of the symbol was told; 0 when none was. */
  lastId(symbol: string): number {
    return this.highestIds.get(symbol) ?? 0;
  }

  /** What was measured up to now was for warming up. */
  resetLatency(): void {
    this.decided.reset();
    this.decidedSinceTrade.reset();
  }

  private arrived(bytes: Buffer): void {
    if (bytes.length < LEAST_TRADE_BYTES) return;
    const index = digits(bytes, INDEX_AT);
    const id = digits(bytes, bytes.indexOf(ID_FIELD) + ID_FIELD.length);
    this.arrivedMs[index * KEPT + (id % KEPT)] = performance.now();
    if (this.firstIds[index] === 0) this.firstIds[index] = id;
    this.frames++;
  }

  private watchTraders(): void {
    const { info } = Trader;
    if (info === undefined) throw new Error('a Trader takes no trades');
    const watched: typeof info = (state, message, self) => {
      const next = info(state, message, self);
      // What fills our own orders in the mock exchange is told as trades too.
      if (message.kind !== 'trade-event' || message.origin !== 'exchange') return next;
      // A position that changes is written down before it is acted on, which is part of the decision.
      if (next instanceof Promise) return next.finally(() => this.handledBy(self, message));
      this.handledBy(self, message);
      return next;
    };
    Object.assign(Trader, { info: watched });
  }

  private handledBy(trader: object, { symbol, tradeId, eventTime }: TradeEvent): void {
    const index = Number(symbol.slice(1, 5));
    const tookMs = performance.now() - (this.arrivedMs[index * KEPT + (tradeId % KEPT)] as number);
    this.decided.record(Math.max(1, Math.round(tookMs * US_PER_MS)));
    this.decidedSinceTrade.record(Math.max(1, Date.now() - eventTime));
    this.handled++;
    const last = this.lastOf.get(trader);
    if (last !== undefined) this.lost += Math.abs(tradeId - last - 1);
    this.lastOf.set(trader, tradeId);
    const highest = this.highestIds.get(symbol) ?? this.firstId(index) - 1;
    if (tradeId <= highest) return;
    this.highestIds.set(symbol, tradeId);
    this.seen++;
    this.unattended += tradeId - highest - 1;
  }
}
