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
import type { Followed } from './followed.js';
import type { Tiding } from './trading-ledger.js';

/** DemoWatcher: follows the trades and orders of a symbol, and tells of the orders. */
interface DemoWatcherArg {
  readonly pubsub: Address<PubSubProtocol>;
  readonly followed: Followed;
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
    const { symbol } = state.followed.terms;
    subscribeTo(self, state.pubsub, orders(symbol), self);
    subscribeTo(self, state.pubsub, tradeEvents(symbol), self);
    return { state };
  },
  info(state, message) {
    const { ledger, seen } = state.followed;
    if (message.kind === 'order-update') state.tell(ledger.take(message.order));
    if (message.kind === 'trade-event') seen.take(message);
    return { state };
  },
  inspect: ({ followed: { terms, seen } }) => ({ symbol: terms.symbol, trades: seen.count }),
};

export const demoWatcherSpec = (arg: DemoWatcherArg): ChildSpec<DemoWatcherProtocol> =>
  childSpec<DemoWatcherProtocol>({
    id: `${NAME} ${arg.followed.terms.symbol}`,
    server: DemoWatcher,
    arg,
  });
