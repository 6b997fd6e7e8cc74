import type { Kysely } from 'kysely';
import type { Candle, CandleUpdate } from '../../domain/candle.js';
import { describeRanges } from '../../domain/id-range.js';
import type { Order, OrderUpdate } from '../../domain/order.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Topic } from '../../ports/topic.js';
import { ohlc, orders, tradeEvents } from '../../ports/topics.js';
import { storeCandles } from '../candle-store.js';
import { OrderCatchUp, type OrderLookup } from '../order-catch-up.js';
import { storeOrders } from '../order-store.js';
import type { Tables } from '../schema.js';
import { SymbolIds } from '../symbol-ids.js';
import { describeConflict, noteTradeIds } from '../trade-store.js';
import { TradeWriter } from '../trade-writer.js';
import { Backlog } from './backlog.js';
import { HeldCandles } from './held-candles.js';
import { HeldOrders } from './held-orders.js';
import { HeldTrades } from './held-trades.js';

/** What can be stored, by the first part of its topic. */
export const STORED_TOPICS = ['TRADE_EVENTS', 'ORDERS', 'OHLC'] as const;
export type StoredTopic = (typeof STORED_TOPICS)[number];

export type Storable = TradeEvent | OrderUpdate | CandleUpdate;

/** A backlog together with what of a published message belongs in it. */
export interface Intake {
  readonly topic: Topic<Storable>;
  readonly backlog: Omit<Backlog<never>, 'add'>;
  /** Takes in what is to be stored; mock prints and incomplete candles are not. */
  take(message: Storable): void;
  /** How to find what changed while nobody listened; null where it cannot be found. */
  readonly catchUp: OrderCatchUp | null;
}

export interface BacklogsOptions {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly log: Log;
  /** Most events held per topic and symbol while the database is away; 50,000 unless given. */
  readonly maxHeld?: number;
  /** Where orders are looked up that may have changed while nobody listened; without it they are not. */
  readonly exchange?: OrderLookup;
}

const MAX_HELD = 50_000;

/** What has been heard and is not stored yet, per topic and symbol. Made once, outside the actors, which come and go. */
export class Backlogs {
  private readonly byTopic = new Map<string, Intake>();
  private readonly symbolIds: SymbolIds;
  private readonly tradeWriter: TradeWriter;

  constructor(private readonly options: BacklogsOptions) {
    this.symbolIds = new SymbolIds(options.db);
    this.tradeWriter = new TradeWriter(options.db);
  }

  of(topic: StoredTopic, symbol: string): Intake {
    const key = `${topic}:${symbol}`;
    const intake = this.byTopic.get(key) ?? this.make[topic](symbol);
    this.byTopic.set(key, intake);
    return intake;
  }

  /** By topic, how many events are held and not stored yet. */
  held(): ReadonlyMap<string, number> {
    return new Map([...this.byTopic].map(([topic, { backlog }]) => [topic, backlog.size]));
  }

  private readonly make: { readonly [Kind in StoredTopic]: (symbol: string) => Intake } = {
    TRADE_EVENTS: (symbol) => this.trades(symbol),
    ORDERS: (symbol) => this.orders(symbol),
    OHLC: (symbol) => this.candles(symbol),
  };

  private get maxHeld(): number {
    return this.options.maxHeld ?? MAX_HELD;
  }

  private trades(symbol: string): Intake {
    const { db, log } = this.options;
    const topic = tradeEvents(symbol);
    const held = new HeldTrades(this.maxHeld);
    const backlog = new Backlog<TradeEvent>({
      ...this.options,
      topic,
      held,
      store: async (trades) => {
        const symbolId = await this.symbolIds.idOf(symbol);
        const missing = held.missingRanges();
        // Before later trades are stored: after the end of the process nothing else would tell of them.
        await noteTradeIds(db, 'missing_trades', symbolId, missing);
        held.forgetMissing(missing);
        if (missing.length > 0)
          log.warn(`${topic}: recorded as missing: ${describeRanges(missing)}`, { topic });
        const { inserted, duplicates, conflicts } = await this.tradeWriter.store({ symbolId, trades });
        return { stored: inserted, duplicates, conflicts: conflicts.map(describeConflict) };
      },
    });
    return {
      topic,
      backlog,
      // Trade ids tell of themselves what nobody heard.
      catchUp: null,
      take(message) {
        if (message.kind === 'trade-event' && message.origin === 'exchange') backlog.add(message);
      },
    };
  }

  private orders(symbol: string): Intake {
    const { db, log, exchange } = this.options;
    const topic = orders(symbol);
    const symbolId = () => this.symbolIds.idOf(symbol);
    const backlog = new Backlog<Order>({
      ...this.options,
      topic,
      held: new HeldOrders(this.maxHeld),
      store: async (changes) => {
        const { appended, duplicates, conflicts } = await storeOrders(db, await symbolId(), changes);
        return { stored: appended, duplicates, conflicts };
      },
    });
    return {
      topic,
      backlog,
      catchUp: exchange === undefined ? null : new OrderCatchUp({ symbol, symbolId, db, exchange, log }),
      take(message) {
        if (message.kind === 'order-update') backlog.add(message.order);
      },
    };
  }

  private candles(symbol: string): Intake {
    const topic = ohlc(symbol);
    const backlog = new Backlog<Candle>({
      ...this.options,
      topic,
      held: new HeldCandles(this.maxHeld),
      store: async (candles) => {
        const stored = await storeCandles(this.options.db, await this.symbolIds.idOf(symbol), candles);
        return { stored, duplicates: candles.length - stored, conflicts: [] };
      },
    });
    return {
      topic,
      backlog,
      // Whoever sums trades up tells candles again.
      catchUp: null,
      take(message) {
        if (message.kind === 'candle-update' && message.complete) backlog.add(message.candle);
      },
    };
  }
}
