import {
  type Address,
  type ChildSpec,
  type GenServer,
  type Pid,
  type Protocol,
  type Self,
  type SupervisorProtocol,
  startChild,
} from '../otp/index.js';
import type { StreamConnectionProtocol } from './connection-protocol.js';
import type { StreamerProtocol } from './streamer.js';

/**
 * StreamDesk: knows which symbols are wanted by whom, and which connection carries which. A symbol goes to the first connection
 * that has room; when none has, there is one more.
 */
export interface StreamDeskArg {
  /** Most symbols on one connection. */
  readonly capacity: number;
  /** By symbol, the number of the connection that is to carry it: kept outside, for who looks on. */
  readonly carriers: Map<string, number>;
  /** How long a symbol stays where it is when nobody wants it any more: its Streamer may only be on its way back. */
  readonly lingerMs: number;
  readonly supervisor: Address<SupervisorProtocol>;
  /** How to start the connection with that number, from 1. It reports for duty on its own. */
  readonly connection: (number: number) => ChildSpec<StreamConnectionProtocol>;
}

interface Slot {
  readonly number: number;
  readonly symbols: Set<string>;
  /** Null until it reports for duty. */
  pid: Pid<StreamConnectionProtocol> | null;
}

/** Who wants a symbol, and what carries it. */
interface Wish {
  readonly slot: Slot;
  streamer: Pid<StreamerProtocol>;
}

interface StreamDeskState extends StreamDeskArg {
  readonly slots: Slot[];
  readonly wishes: Map<string, Wish>;
  /** The symbol of each Streamer that has not ended. */
  readonly symbols: Map<Pid, string>;
}

export interface StreamDeskProtocol extends Protocol {
  readonly arg: StreamDeskArg;
  readonly state: StreamDeskState;
  readonly casts: {
    readonly stream: { readonly symbol: string; readonly streamer: Pid<StreamerProtocol> };
    /** Trades of the symbol are made, and its connection does not carry them. */
    readonly silent: string;
    readonly report: { readonly number: number; readonly connection: Pid<StreamConnectionProtocol> };
  };
  readonly info:
    | { readonly kind: 'linger-over'; readonly symbol: string; readonly streamer: Pid }
    | { readonly kind: 'started' }
    | { readonly kind: 'start-failed'; readonly error: unknown };
}

type DeskSelf = Self<StreamDeskProtocol>;

function slotWithRoom(state: StreamDeskState, self: DeskSelf): Slot {
  const { slots, capacity, supervisor, connection } = state;
  const free = slots.find(({ symbols }) => symbols.size < capacity);
  if (free !== undefined) return free;
  const slot: Slot = { number: slots.length + 1, symbols: new Set(), pid: null };
  slots.push(slot);
  self.pipe(
    startChild(self, supervisor, connection(slot.number)),
    () => ({ kind: 'started' }),
    (error) => ({ kind: 'start-failed', error }),
  );
  return slot;
}

function place(
  state: StreamDeskState,
  symbol: string,
  streamer: Pid<StreamerProtocol>,
  self: DeskSelf,
): Slot {
  const known = state.wishes.get(symbol);
  if (known !== undefined) {
    known.streamer = streamer;
    return known.slot;
  }
  const slot = slotWithRoom(state, self);
  slot.symbols.add(symbol);
  state.carriers.set(symbol, slot.number);
  state.wishes.set(symbol, { slot, streamer });
  return slot;
}

function remove({ wishes, carriers }: StreamDeskState, symbol: string, self: DeskSelf): void {
  const slot = wishes.get(symbol)?.slot;
  wishes.delete(symbol);
  carriers.delete(symbol);
  slot?.symbols.delete(symbol);
  if (slot?.pid) self.cast(slot.pid, 'drop', symbol);
}

export const StreamDesk: GenServer<StreamDeskProtocol> = {
  kind: 'StreamDesk',
  init: (arg) => ({ state: { ...arg, slots: [], wishes: new Map(), symbols: new Map() } }),
  casts: {
    stream(state, { symbol, streamer }, self) {
      const { pid } = place(state, symbol, streamer, self);
      if (!state.symbols.has(streamer)) self.monitor(streamer);
      state.symbols.set(streamer, symbol);
      if (pid !== null) self.cast(pid, 'carry', { symbol, streamer });
      return { state };
    },
    silent(state, symbol, self) {
      const pid = state.wishes.get(symbol)?.slot.pid;
      if (pid) self.cast(pid, 'silent', symbol);
      return { state };
    },
    report(state, { number, connection }, self) {
      const slot = state.slots[number - 1];
      if (slot === undefined) return { state };
      slot.pid = connection;
      for (const symbol of slot.symbols) {
        const streamer = state.wishes.get(symbol)?.streamer;
        if (streamer !== undefined) self.cast(connection, 'carry', { symbol, streamer });
      }
      return { state };
    },
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'down': {
        const { pid: streamer } = message;
        const symbol = state.symbols.get(streamer);
        state.symbols.delete(streamer);
        if (symbol !== undefined) self.sendAfter(state.lingerMs, { kind: 'linger-over', symbol, streamer });
        break;
      }
      case 'linger-over':
        // Unless another Streamer of the symbol came meanwhile.
        if (state.wishes.get(message.symbol)?.streamer === message.streamer)
          remove(state, message.symbol, self);
        break;
      case 'start-failed':
        throw message.error;
      case 'started':
        break;
    }
    return { state };
  },
  inspect: ({ slots }) => ({
    streams: slots.reduce((total, { symbols }) => total + symbols.size, 0),
    connections: slots.length,
  }),
};

/**
 * Has a symbol's trades sent to its Streamer, from now until it ends; it hears of the desk's own end.
 *
 * @returns false when there is no desk
 */
export function streamFrom(
  streamer: Self<StreamerProtocol>,
  desk: Address<StreamDeskProtocol>,
  symbol: string,
): boolean {
  const pid = 'whereis' in desk ? desk.whereis() : desk;
  if (pid === undefined || !streamer.cast(pid, 'stream', { symbol, streamer })) return false;
  streamer.monitor(pid);
  return true;
}
