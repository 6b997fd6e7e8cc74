import type { Decimal } from '../../domain/decimal.js';
import type { OrderUpdate } from '../../domain/order.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import {
  type Address,
  type ChildSpec,
  childSpec,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  subscribeTo,
} from '../../otp/index.js';
import { orders, tradeEvents } from '../../ports/topics.js';
import type { Tiding, TradingLedger } from './trading-ledger.js';

/** What went by, kept outside the actor so that it outlives it. */
export class SeenTrades {
  count = 0;
  lastId = 0;
  lastPrice: Decimal | null = null;

  take({ tradeId, price }: TradeEvent): void {
    this.count++;
    this.lastId = tradeId;
    this.lastPrice = price;
  }
}

/** DemoWatcher: follows the trades and orders of a symbol, and tells of the orders. */
interface DemoWatcherArg {
  readonly symbol: string;
  readonly pubsub: Address<PubSubProtocol>;
  readonly ledger: TradingLedger;
  readonly seen: SeenTrades;
  readonly tell: (tidings: readonly Tiding[]) => void;
}

interface DemoWatcherProtocol extends Protocol {
  readonly arg: DemoWatcherArg;
  readonly state: DemoWatcherArg;
  readonly info: OrderUpdate | TradeEvent;
  readonly continue: 'subscribe';
}

const NAME = 'DemoWatcher';

const DemoWatcher: GenServer<DemoWatcherProtocol> = {
  kind: NAME,
  init: (arg) => ({ state: arg, continue: 'subscribe' }),
  continue(state, _note, self) {
    subscribeTo(self, state.pubsub, orders(state.symbol), self);
    subscribeTo(self, state.pubsub, tradeEvents(state.symbol), self);
    return { state };
  },
  info(state, message) {
    if (message.kind === 'order-update') state.tell(state.ledger.take(message.order));
    if (message.kind === 'trade-event') state.seen.take(message);
    return { state };
  },
  inspect: ({ symbol, seen }) => ({ symbol, trades: seen.count }),
};

export const demoWatcherSpec = (arg: DemoWatcherArg): ChildSpec<DemoWatcherProtocol> =>
  childSpec<DemoWatcherProtocol>({ id: NAME, server: DemoWatcher, arg });
