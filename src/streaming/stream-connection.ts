import type { TradeEvent } from '../domain/trade-event.js';
import { decodeMarketFrame } from '../exchange/binance/market/market-frame.js';
import { tradeStream } from '../exchange/binance/market/stream-names.js';
import type { Line } from '../exchange/binance/socket/line.js';
import type { SocketDown } from '../exchange/binance/socket/socket-options.js';
import type { Down, GenServer } from '../otp/index.js';
import { answered, change, changeSoon, closeSocket, subscribe } from './connection-lines.js';
import type {
  ConnectionSelf,
  StreamConnectionProtocol,
  StreamConnectionState,
} from './connection-protocol.js';
import { FrameCounts } from './frame-counts.js';

/** So many frames in a row that cannot be read, and the connection is not to be trusted. */
const MOST_MALFORMED = 20;

// ---- frames

function takeFrames(state: StreamConnectionState, self: ConnectionSelf): void {
  const { inbox, figures } = state;
  state.inbox = [];
  const nowMs = state.exchangeNow();
  const trades = new Map<string, TradeEvent[]>();
  for (const { text, line } of inbox) {
    const frame = decodeMarketFrame(text);
    state.counts.frames++;
    if (frame.kind === 'trade-event') {
      state.counts.countTrade();
      figures.lag.note(nowMs - frame.eventTime);
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
  { streamers, heardMs }: StreamConnectionState,
  trades: Map<string, TradeEvent[]>,
  self: ConnectionSelf,
): void {
  for (const [symbol, some] of trades) {
    const streamer = streamers.get(symbol);
    if (streamer !== undefined) self.send(streamer, { kind: 'trades', trades: some, heardMs });
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
      state.figures.malformed++;
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
      // While one is up the next takes over from it, and nothing was lost.
      if (state.up === null && state.left.hasBeenUp) state.figures.reconnects++;
      state.left.hasBeenUp = true;
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

/**
 * StreamConnection: one connection to the market streams, which carries the trades of many symbols to their Streamers. It is
 * replaced when it is lost, silent or old, and asks for the same streams again.
 */
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
      heardMs: 0,
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
