import type { OrderStatus, OrderUpdate, Side } from '../domain/order.js';
import {
  type Address,
  type ChildSpec,
  childSpec,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  type Sender,
  subscribeTo,
} from '../otp/index.js';
import { orders } from '../ports/topics.js';
import type { Cursor } from './replay.js';

/** OrderRecorder: writes down every order of a replay, with the rows of the tape that placed and filled it. */
export interface RecordedOrder {
  readonly orderId: number;
  readonly side: Side;
  /** Decimals as plain text without trailing zeros: a long tape has many orders, and text takes the least memory. */
  readonly price: string;
  readonly quantity: string;
  status: OrderStatus;
  /** 0-based row of the tape whose event caused the placement. */
  readonly placedIndex: number;
  /** The same for the fill; null while there is none. */
  filledIndex: number | null;
}

interface RecorderArg {
  readonly symbol: string;
  readonly pubsub: Address<PubSubProtocol>;
  readonly cursor: Cursor;
}

export interface OrderRecorderProtocol extends Protocol {
  readonly arg: RecorderArg;
  readonly state: RecorderArg & { readonly byId: Map<number, RecordedOrder> };
  readonly calls: { orders(nothing: null): readonly RecordedOrder[] };
  readonly info: OrderUpdate;
  readonly continue: 'subscribe';
}

const NAME = 'OrderRecorder';

const OrderRecorder: GenServer<OrderRecorderProtocol> = {
  kind: NAME,
  init: (arg) => ({ state: { ...arg, byId: new Map() }, continue: 'subscribe' }),
  continue(state, _note, self) {
    subscribeTo(self, state.pubsub, orders(state.symbol), self);
    return { state };
  },
  calls: { orders: (state) => ({ state, reply: [...state.byId.values()] }) },
  info(state, message) {
    if (message.kind === 'order-update') record(state.byId, message.order, state.cursor.index);
    return { state };
  },
  inspect: ({ symbol, byId }) => ({ symbol, orders: byId.size }),
};

function record(byId: Map<number, RecordedOrder>, order: OrderUpdate['order'], index: number): void {
  const { orderId, side, price, quantity, status } = order;
  const filledIndex = status === 'FILLED' ? index : null;
  const known = byId.get(orderId);
  if (known === undefined) {
    const text = { price: price.toFixed(), quantity: quantity.toFixed() };
    byId.set(orderId, { orderId, side, ...text, status, placedIndex: index, filledIndex });
    return;
  }
  known.status = status;
  known.filledIndex = filledIndex;
}

export const orderRecorderSpec = (arg: RecorderArg): ChildSpec<OrderRecorderProtocol> =>
  childSpec<OrderRecorderProtocol>({ id: NAME, server: OrderRecorder, arg, register: NAME });

/** All orders recorded so far, in order of placement. */
export const recordedOrders = (
  sender: Sender,
  recorder: Address<OrderRecorderProtocol>,
): Promise<readonly RecordedOrder[]> => sender.call(recorder, 'orders', null);
