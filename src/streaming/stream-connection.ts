import type { TradeEvent } from '../domain/trade-event.js';
import { decodeMarketFrame } from '../exchange/binance/market/market-frame.js';
import { tradeStream } from '../exchange/binance/market/stream-names.js';
import type { ConnectionBudget } from '../exchange/binance/socket/connection-budget.js';
import { KeptSocket } from '../exchange/binance/socket/kept-socket.js';
import type { Line } from '../exchange/binance/socket/line.js';
import type { SocketDown, SocketTuning } from '../exchange/binance/socket/socket-options.js';
import type { Address, Down, GenServer, Pid, Protocol, Self } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { FrameCounts } from './frame-counts.js';
import { LineSubscriptions } from './line-subscriptions.js';
import type { StreamDeskProtocol } from './stream-desk.js';
import type { StreamerProtocol } from './streamer.js';

/**
 * StreamConnection: one connection to the market streams, which carries the trades of many symbols to their Streamers. It is
 * replaced when it is lost, silent or old, and asks for the same streams again.
 */
export interface StreamConnectionArg {
  /** From 1. */
  readonly number: number;
  readonly desk: Address<StreamDeskProtocol>;
  /** Of combined streams: `wss://stream.binance.com:9443/stream`. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly budget: ConnectionBudget;
  readonly tuning: Partial<SocketTuning>;
  /** The socket of the incarnation before. One that was killed could not close it. */
  readonly left: { socket: KeptSocket | null };
}

/** A symbol that is carried, and to whom. */
interface Carried {
  readonly symbol: string;
  readonly streamer: Pid<StreamerProtocol>;
}

/** A connection in use, or on its way to be. */
interface UsedLine {
  readonly line: Line;
  readonly subscriptions: LineSubscriptions;
  /** All its streams are confirmed. */
  readonly settle: () => void;
}

interface Frame {
  readonly text: string;
  readonly line: Line;
}

interface StreamConnectionState extends StreamConnectionArg {
  /** By the name of its stream. */
  readonly wanted: Map<string, Carried>;
  readonly streamers: Map<string, Pid<StreamerProtocol>>;
  /** Came, and not looked at yet: one message to itself for all that come before it is handled. */
  inbox: Frame[];
  readonly counts: FrameCounts;
  socket: KeptSocket | null;
  up: UsedLine | null;
  next: UsedLine | null;
  isChanging: boolean;
}

export interface StreamConnectionProtocol extends Protocol {
  readonly arg: StreamConnectionArg;
  readonly state: StreamConnectionState;
  readonly casts: { readonly carry: Carried; readonly drop: string; readonly silent: string };
  readonly info:
    | { readonly kind: 'frames' | 'changes-due' }
    | { readonly kind: 'line-opened'; readonly used: UsedLine }
    | { readonly kind: 'line-up'; readonly line: Line }
    | { readonly kind: 'line-down'; readonly down: SocketDown }
    | { readonly kind: 'answer-due'; readonly used: UsedLine; readonly id: number };
  readonly continue: 'report';
}

type ConnectionSelf = Self<StreamConnectionProtocol>;

/** Symbols that come and go within this time share a frame. */
const CHANGE_AFTER_MS = 100;
const ANSWER_MS = 10_000;
/** So many frames in a row that cannot be read, and the connection is not to be trusted. */
const MOST_MALFORMED = 20;

// ---- the socket

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
      if (state.inbox.push({ text, line }) === 1) tell({ kind: 'frames' });
    },
    onUp: (line) => tell({ kind: 'line-up', line }),
    onDown: (down) => tell({ kind: 'line-down', down }),
  });
  state.socket = socket;
  state.left.socket = socket;
  socket.open();
}

function closeSocket(state: StreamConnectionState): void {
  state.socket?.close();
  state.socket = null;
  state.up = null;
  state.next = null;
}

// ---- subscriptions

function changeSoon(state: StreamConnectionState, self: ConnectionSelf): void {
  if (state.isChanging) return;
  state.isChanging = true;
  self.sendAfter(CHANGE_AFTER_MS, { kind: 'changes-due' });
}

function change(state: StreamConnectionState, self: ConnectionSelf): void {
  state.isChanging = false;
  if (state.wanted.size === 0) closeSocket(state);
  else if (state.socket === null) openSocket(state, self);
  for (const used of [state.up, state.next]) if (used !== null) subscribe(state, used, self);
}

function subscribe({ wanted }: StreamConnectionState, used: UsedLine, self: ConnectionSelf): void {
  for (const { id, text } of used.subscriptions.towards(wanted)) {
    used.line.send(text);
    self.sendAfter(ANSWER_MS, { kind: 'answer-due', used, id });
  }
  if (used.subscriptions.isSettled) used.settle();
}

function answered(state: StreamConnectionState, line: Line, id: unknown, self: ConnectionSelf): void {
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

// ---- frames

function takeFrames(state: StreamConnectionState, self: ConnectionSelf): void {
  const { inbox } = state;
  state.inbox = [];
  const trades = new Map<string, TradeEvent[]>();
  for (const { text, line } of inbox) {
    const frame = decodeMarketFrame(text);
    state.counts.frames++;
    if (frame.kind === 'trade-event') {
      state.counts.countTrade();
      const ofSymbol = trades.get(frame.symbol);
      if (ofSymbol === undefined) trades.set(frame.symbol, [frame]);
      else ofSymbol.push(frame);
      continue;
    }
    // What came before a word about the stream is told before it.
    deliver(state, trades, self);
    takeWord(state, frame, line, self);
  }
  deliver(state, trades, self);
}

function deliver(
  { streamers }: StreamConnectionState,
  trades: Map<string, TradeEvent[]>,
  self: ConnectionSelf,
): void {
  for (const [symbol, some] of trades) {
    const streamer = streamers.get(symbol);
    if (streamer !== undefined) self.send(streamer, { kind: 'trades', trades: some });
  }
  trades.clear();
}

type Word = Exclude<ReturnType<typeof decodeMarketFrame>, TradeEvent>;

function takeWord(state: StreamConnectionState, word: Word, line: Line, self: ConnectionSelf): void {
  const { counts, socket, log, number } = state;
  switch (word.kind) {
    case 'answer':
      counts.countGood();
      answered(state, line, word.id, self);
      break;
    case 'refusal':
      counts.countGood();
      log.error(`${nameOf(number)}: the exchange refused a request: ${word.message}`, { code: word.code });
      socket?.giveUp(line, `refused: ${word.message}`);
      break;
    case 'server-shutdown':
      counts.countGood();
      log.info(`${nameOf(number)}: the exchange is about to end it; another takes over`);
      socket?.rotate(line);
      break;
    case 'unknown-event':
      counts.countUnknown(word.event);
      break;
    case 'malformed':
      counts.countMalformed(word.why, word.raw);
      if (counts.malformedInARow < MOST_MALFORMED) break;
      counts.malformedInARow = 0;
      socket?.giveUp(line, `${MOST_MALFORMED} frames in a row cannot be read`);
      break;
  }
}

// ---- the actor

const nameOf = (number: number): string => `StreamConnection ${number}`;

function isDown(state: StreamConnectionState, { cause, detail, wasUp, willRetryInMs }: SocketDown): void {
  if (wasUp) state.up = null;
  else state.next = null;
  state.log.warn(`${nameOf(state.number)} ${wasUp ? 'is lost' : 'cannot be made'}; trying again`, {
    cause,
    detail,
    waitMs: Math.round(willRetryInMs),
  });
}

function onInfo(
  state: StreamConnectionState,
  message: StreamConnectionProtocol['info'] | Down,
  self: ConnectionSelf,
): void {
  switch (message.kind) {
    case 'frames':
      takeFrames(state, self);
      break;
    case 'changes-due':
      change(state, self);
      break;
    case 'line-opened':
      state.next = message.used;
      subscribe(state, message.used, self);
      break;
    case 'line-up':
      if (state.next?.line !== message.line) break;
      state.up = state.next;
      state.next = null;
      state.log.info(`${nameOf(state.number)} is up`, { streams: state.wanted.size });
      break;
    case 'line-down':
      isDown(state, message.down);
      break;
    case 'answer-due':
      if (message.used.subscriptions.isUnanswered(message.id))
        state.socket?.giveUp(message.used.line, 'a request was not answered');
      break;
    case 'down':
      break;
  }
}

export const StreamConnection: GenServer<StreamConnectionProtocol> = {
  kind: 'StreamConnection',
  init(arg) {
    arg.left.socket?.close();
    arg.left.socket = null;
    const state: StreamConnectionState = {
      ...arg,
      wanted: new Map(),
      streamers: new Map(),
      inbox: [],
      counts: new FrameCounts(nameOf(arg.number), arg.log),
      socket: null,
      up: null,
      next: null,
      isChanging: false,
    };
    return { state, continue: 'report' };
  },
  continue(state, _note, self) {
    self.cast(state.desk, 'report', { number: state.number, connection: self });
    return { state };
  },
  casts: {
    carry(state, { symbol, streamer }, self) {
      const name = tradeStream(symbol);
      state.wanted.set(name, { symbol, streamer });
      state.streamers.set(symbol, streamer);
      // A new Streamer of a symbol that is streamed already.
      if (state.up?.subscriptions.streams(name) === true) self.send(streamer, { kind: 'resumed' });
      else changeSoon(state, self);
      return { state };
    },
    silent(state, symbol) {
      if (state.up !== null) state.socket?.giveUp(state.up.line, `trades of ${symbol} are not streamed`);
      return { state };
    },
    drop(state, symbol, self) {
      state.wanted.delete(tradeStream(symbol));
      state.streamers.delete(symbol);
      changeSoon(state, self);
      return { state };
    },
  },
  info(state, message, self) {
    onInfo(state, message, self);
    return { state };
  },
  terminate: (state) => closeSocket(state),
  inspect: ({ wanted, up, socket, counts }) => ({
    streams: wanted.size,
    confirmed: up?.subscriptions.confirmedCount ?? 0,
    ...socket?.inspect(),
    ...counts.inspect(),
  }),
};
