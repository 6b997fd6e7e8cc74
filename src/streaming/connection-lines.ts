import { KeptSocket } from '../exchange/binance/socket/kept-socket.js';
import type { Line } from '../exchange/binance/socket/line.js';
import type {
  ConnectionSelf,
  StreamConnectionProtocol,
  StreamConnectionState,
  UsedLine,
} from './connection-protocol.js';
import { LineSubscriptions } from './line-subscriptions.js';

/** Symbols that come and go within this time share a frame. */
const CHANGE_AFTER_MS = 100;
const ANSWER_MS = 10_000;
function openSocket(state: StreamConnectionState, self: ConnectionSelf): void {
  const { url, clock, random, budget, tuning } = state;
  // Outside of the mailbox: whatever happens becomes a message, until there is nobody to take it.
  const tell = (message: StreamConnectionProtocol['info']): void => {
    if (!self.send(self, message)) socket.close();
  };
  const socket = new KeptSocket({
    url,
    clock,
    random,
    budget,
    tuning,
    prepare: (line) =>
      new Promise((settle) => {
        tell({ kind: 'line-opened', used: { line, subscriptions: new LineSubscriptions(), settle } });
      }),
    onFrame(text, line) {
      if (state.inbox.push({ text, line }) > 1) return;
      state.heardMs = clock.monotonicMs();
      tell({ kind: 'frames' });
    },
    onUp: (line) => tell({ kind: 'line-up', line }),
    onDown: (down) => tell({ kind: 'line-down', down }),
  });
  state.socket = socket;
  state.left.socket = socket;
  socket.open();
}

export function closeSocket(state: StreamConnectionState): void {
  state.socket?.close();
  state.socket = null;
  state.up = null;
  state.next = null;
}

/** What is wanted has changed. */
export function changeSoon(state: StreamConnectionState, self: ConnectionSelf): void {
  if (state.isChanging) return;
  state.isChanging = true;
  self.sendAfter(CHANGE_AFTER_MS, { kind: 'changes-due' });
}

/** Brings what is streamed in line with what is wanted; while nothing is, there is no socket. */
export function change(state: StreamConnectionState, self: ConnectionSelf): void {
  state.isChanging = false;
  if (state.wanted.size === 0) closeSocket(state);
  else if (state.socket === null) openSocket(state, self);
  for (const used of [state.up, state.next]) if (used !== null) subscribe(state, used, self);
}

/** Asks one connection for what is wanted and was not asked for yet. */
export function subscribe({ wanted }: StreamConnectionState, used: UsedLine, self: ConnectionSelf): void {
  for (const { id, text } of used.subscriptions.towards(wanted)) {
    used.line.send(text);
    self.sendAfter(ANSWER_MS, { kind: 'answer-due', used, id });
  }
  if (used.subscriptions.isSettled) used.settle();
}

/** A request was carried out: the Streamers whose trades come from now on are told. */
export function answered(state: StreamConnectionState, line: Line, id: unknown, self: ConnectionSelf): void {
  const used = [state.up, state.next].find((one) => one?.line === line);
  if (!used) return;
  // While one connection takes over from another, nothing is missed that the other streams.
  const other = used === state.up ? state.next : state.up;
  for (const name of used.subscriptions.answered(id)) {
    const streamer = state.wanted.get(name)?.streamer;
    if (streamer !== undefined && other?.subscriptions.streams(name) !== true)
      self.send(streamer, { kind: 'resumed' });
  }
  if (used.subscriptions.isSettled) used.settle();
}
