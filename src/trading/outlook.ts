import type { Decimal } from '../domain/decimal.js';
import type { TradeEvent } from '../domain/trade-event.js';
import type { Published } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { StreamState } from '../ports/stream-state.js';
import { tradeEvents } from '../ports/topics.js';
import type { Position } from '../strategy/position.js';
import type { Trading } from './trading.js';
import { type IdleReason, whyIdle } from './why-idle.js';

export interface OutlookDeps {
  readonly trading: Pick<Trading, 'tradedSymbols' | 'symbolTraded'>;
  /** By topic. */
  readonly published: () => Promise<ReadonlyMap<string, Published>>;
  /** How the streams stand now, by symbol. */
  readonly streams: () => (symbol: string) => StreamState;
  readonly clock: Clock;
}

/** Why nothing happens on a symbol, and for how long nothing has. */
export interface SymbolOutlook extends IdleReason {
  readonly symbol: string;
  /** Since something happened to one of its cycles; null when nothing has since it is traded. */
  readonly sinceEventMs: number | null;
  /** The command that would help, if one would. */
  readonly hint: string | null;
}

/** One look at everything. */
export interface Glance {
  /** Those that are traded, sorted. */
  readonly symbols: readonly string[];
  /** Null when it is not traded. */
  of(symbol: string): SymbolOutlook | null;
}

interface Heard {
  readonly count: number;
  /** Monotonic time at which this count was seen first. */
  readonly sinceMs: number;
}

/** Tells why nothing happens. It remembers from one look to the next whether trades came, and so for how long none did. */
export class Outlook {
  private readonly heard = new Map<string, Heard>();

  constructor(private readonly deps: OutlookDeps) {}

  /** What the traders of each traded symbol have, as they stand now. */
  *positions(): Generator<readonly [symbol: string, positions: readonly Position[]]> {
    const { trading } = this.deps;
    for (const symbol of trading.tradedSymbols()) {
      const traders = trading.symbolTraded(symbol)?.standing.traders.values() ?? [];
      yield [symbol, [...traders].map(({ position }) => position)];
    }
  }

  async glance(): Promise<Glance> {
    const { trading, clock } = this.deps;
    const published = await this.deps.published();
    const streamOf = this.deps.streams();
    const nowMs = clock.monotonicMs();
    const symbols = trading.tradedSymbols().toSorted();
    for (const symbol of symbols) this.noteHeard(symbol, published, nowMs);
    return {
      symbols,
      of: (symbol) => {
        const traded = trading.symbolTraded(symbol);
        if (traded === null) return null;
        const { standing, terms } = traded;
        const stream = streamOf(symbol);
        const reason = whyIdle({
          isLed: standing.isLed,
          isShuttingDown: terms.shuttingDown,
          chunks: terms.settings.chunks,
          traders: [...standing.traders.values()],
          market: {
            price: lastPrice(published, symbol),
            quietMs: nowMs - (this.heard.get(symbol)?.sinceMs ?? nowMs),
            stream,
          },
          nowMs,
        });
        const { lastEventMs } = standing;
        return {
          ...reason,
          symbol,
          sinceEventMs: lastEventMs === null ? null : Math.max(0, nowMs - lastEventMs),
          hint: stream.kind === 'off' ? `hedgehog streaming start ${symbol}` : null,
        };
      },
    };
  }

  private noteHeard(symbol: string, published: ReadonlyMap<string, Published>, nowMs: number): void {
    const count = published.get(tradeEvents(symbol))?.count ?? 0;
    if (this.heard.get(symbol)?.count !== count) this.heard.set(symbol, { count, sinceMs: nowMs });
  }
}

const lastPrice = (published: ReadonlyMap<string, Published>, symbol: string): Decimal | null =>
  (published.get(tradeEvents(symbol))?.last as TradeEvent | undefined)?.price ?? null;
