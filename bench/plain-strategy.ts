import type { RecordedOrder } from '../src/backtest/order-recorder.js';
import type { Order, OrderRequest } from '../src/domain/order.js';
import type { Settings } from '../src/domain/settings.js';
import type { SymbolInfo } from '../src/domain/symbol-info.js';
import type { TradeEvent } from '../src/domain/trade-event.js';
import { MatchingEngine } from '../src/exchange/mock/matching-engine.js';
import { type CycleEvent, type CycleTerms, decide } from '../src/strategy/decide.js';
import { FLAT, type Position } from '../src/strategy/position.js';

interface Trader {
  position: Position;
  readonly terms: CycleTerms;
}

/**
 * Traders, their leader and the exchange as plain synchronous calls: what the same strategy costs without actors. It follows
 * the two-phase rule, so it must place the very orders that the actors place.
 */
export class PlainStrategy {
  readonly orders: RecordedOrder[] = [];

  private readonly exchange: MatchingEngine;
  private readonly ownerOf = new Map<string, Trader>();
  private traders: Trader[] = [];
  /** Started during the current event; they hear the next one. */
  private fresh: Trader[] = [];
  private started = 0;
  private running = 0;
  private index = -1;
  private nowMs = 0;

  constructor(
    private readonly settings: Settings,
    private readonly info: SymbolInfo,
  ) {
    this.exchange = new MatchingEngine([info]);
    this.startTrader();
    this.admitFresh();
  }

  play(event: TradeEvent): void {
    this.index++;
    this.nowMs = event.tradeTime;
    const matched = this.exchange.match(event);
    for (const trader of this.traders) this.tell(trader, event);
    if (matched.length > 0) {
      for (const resting of matched) {
        const { order, report, print } = this.exchange.fill(resting, event);
        this.recordFill(order);
        const owner = this.ownerOf.get(order.clientOrderId);
        if (owner !== undefined) this.tell(owner, report);
        if (print !== null) for (const trader of this.traders) this.tell(trader, print);
      }
      this.traders = this.traders.filter(({ position }) => position.phase !== 'closed');
    }
    if (this.fresh.length > 0) this.admitFresh();
  }

  private tell(trader: Trader, event: CycleEvent): void {
    const { position, action } = decide(trader.position, event, trader.terms);
    trader.position = position;
    if (action === null) return;
    switch (action.kind) {
      case 'place-order':
        this.place(trader, action.request);
        break;
      case 'ask-rebuy':
        if (this.running < this.settings.chunks) this.startTrader();
        break;
      case 'close':
        // Its chunk goes to the trader that replaces it.
        this.running--;
        this.startTrader();
        break;
      case 'park':
        break;
    }
  }

  private place(trader: Trader, request: OrderRequest): void {
    const result = this.exchange.place(request, this.nowMs);
    if (result.kind === 'refused') {
      const { code, message: reason } = result.error;
      this.tell(trader, {
        kind: 'order-refused',
        clientOrderId: request.clientOrderId,
        why: { code, reason },
      });
      return;
    }
    const { order } = result.change;
    const { orderId, side, price, quantity, status } = order;
    this.orders.push({
      orderId,
      side,
      price: price.toFixed(),
      quantity: quantity.toFixed(),
      status,
      placedIndex: this.index,
      filledIndex: null,
    });
    this.ownerOf.set(order.clientOrderId, trader);
    this.tell(trader, { kind: 'order-seen', order });
  }

  private recordFill({ orderId, status }: Order): void {
    // One symbol, so the exchange's ids count up from 1 with the orders.
    const recorded = this.orders[orderId - 1] as RecordedOrder;
    recorded.status = status;
    recorded.filledIndex = this.index;
  }

  private startTrader(): void {
    const cycle = ++this.started;
    this.running++;
    const { settings, info } = this;
    const clientOrderId: CycleTerms['clientOrderId'] = (side, attempt) => `plain-${cycle}-${side}-${attempt}`;
    this.fresh.push({ position: FLAT, terms: { settings, info, clientOrderId } });
  }

  private admitFresh(): void {
    this.traders.push(...this.fresh);
    this.fresh = [];
  }
}
