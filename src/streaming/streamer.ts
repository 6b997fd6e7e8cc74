import { describeRanges } from '../domain/id-range.js';
import type { TradeEvent } from '../domain/trade-event.js';
import {
  type Address,
  type Down,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  publication,
  publishAll,
  type Self,
} from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { tradeEvents } from '../ports/topics.js';
import type { PastTrades, RetryLater, TradeRecord } from '../ports/trade-source.js';
import { pauseMs } from './question-pause.js';
import { type StreamDeskProtocol, streamFrom } from './stream-desk.js';
import type { StreamFigures } from './stream-figures.js';
import type { Note, Question, TradeLine } from './trade-line.js';

/**
 * Streamer: publishes one symbol's trades as they are streamed, each id once and in order, on `TRADE_EVENTS:<SYMBOL>`. What the
 * stream left out is fetched before anything later is published.
 */
export interface StreamerArg {
  readonly symbol: string;
  readonly line: TradeLine;
  readonly desk: Address<StreamDeskProtocol>;
  readonly pubsub: Address<PubSubProtocol>;
  readonly past: PastTrades;
  readonly record: TradeRecord;
  readonly clock: Clock;
  readonly log: Log;
  readonly figures: StreamFigures;
  /** From 0 to below 1. */
  readonly random: () => number;
}

interface StreamerState extends StreamerArg {
  /** What the exchange is asked; `pausing` after trouble. */
  asking: 'nothing' | 'question' | 'pausing';
  isRecording: boolean;
  /** No trade was streamed since the last look. */
  isSilent: boolean;
  /** The exchange is being asked because of that. */
  isLooking: boolean;
  /** Looks in a row at a silent stream that found trades. */
  unstreamed: number;
  /** When what is to be published came from a socket; null when it came otherwise, or is published. */
  heardMs: number | null;
  /** It was said that trades cannot be fetched, and not yet that they can again. */
  isTroubleTold: boolean;
}

export type StreamerMessage =
  /** Trades as they were streamed, whatever of them is known. */
  | {
      readonly kind: 'trades';
      readonly trades: readonly TradeEvent[];
      /** Monotonic time at which the first of them came. */
      readonly heardMs: number;
    }
  /** From now on the stream is heard; what came before may have been missed. */
  | { readonly kind: 'resumed' }
  | { readonly kind: 'began'; readonly last: number | null }
  | {
      readonly kind: 'answered';
      readonly question: Question;
      readonly answer: readonly TradeEvent[] | RetryLater;
    }
  | { readonly kind: 'not-answered'; readonly error: unknown }
  | { readonly kind: 'recorded'; readonly notes: readonly Note[] }
  | { readonly kind: 'record-failed'; readonly error: unknown }
  | { readonly kind: 'stream-due' | 'check-due' | 'question-due' | 'silence-due' };

export interface StreamerProtocol extends Protocol {
  readonly arg: StreamerArg;
  readonly state: StreamerState;
  readonly info: StreamerMessage;
  readonly continue: 'begin';
}

type StreamerSelf = Self<StreamerProtocol>;

/** Most trades that PubSub passes on in one turn, so that a long backlog holds up nobody for long. */
const MOST_AT_ONCE = 500;
/** A symbol that trades by then needs no check, and the exchange serves by then what was traded before. */
const CHECK_AFTER_MS = 2_000;
const STREAM_AGAIN_MS = 200;
/** How often it is looked whether a silent stream is one of a quiet symbol. */
const SILENCE_MS = 300_000;
/** One look may find what is just about to be streamed. */
const LOOKS_THAT_TELL = 2;

function begin(state: StreamerState, self: StreamerSelf): void {
  const { line, record, symbol, log } = state;
  askDesk(state, self);
  lookSoon(state, self);
  if (line.phase === 'starting') {
    self.pipe(
      record.lastPublished(symbol),
      (last) => ({ kind: 'began', last }),
      (error) => ({ kind: 'record-failed', error }),
    );
  }
  // Left by the incarnation before.
  if (line.trouble !== null) pause(state, pauseMs(line.trouble, state.random), self);
  log.debug(`${symbol} is streamed`, { symbol });
}

function lookSoon({ random }: StreamerState, self: StreamerSelf): void {
  self.sendAfter(SILENCE_MS * (1 + random() / 5), { kind: 'silence-due' });
}

/** Nobody else would notice when the exchange no longer streams one symbol of many, or never did. */
function lookAtSilence(state: StreamerState, self: StreamerSelf): void {
  if (state.isSilent) {
    state.isLooking = true;
    state.line.expectCheck();
    state.line.checkIsDue();
  }
  state.isSilent = true;
  lookSoon(state, self);
}

/** What the exchange has when it was asked because of a silence. */
function judgeSilence(state: StreamerState, hasTrades: boolean, self: StreamerSelf): void {
  const { symbol, log, desk } = state;
  state.isLooking = false;
  state.unstreamed = hasTrades ? state.unstreamed + 1 : 0;
  if (state.unstreamed !== LOOKS_THAT_TELL) return;
  log.warn(
    `${symbol}: trades are made and not streamed; they are fetched late, and the connection is made anew`,
    {
      symbol,
    },
  );
  self.cast(desk, 'silent', symbol);
}

/** Without a desk, or when it ends, it is asked again: the next one knows of nobody. */
function askDesk({ desk, symbol }: StreamerState, self: StreamerSelf): void {
  if (!streamFrom(self, desk, symbol)) self.sendAfter(STREAM_AGAIN_MS, { kind: 'stream-due' });
}

/** Does all that there is to do now: publish, write down, ask. */
function goOn(state: StreamerState, self: StreamerSelf): void {
  publishReady(state, self);
  recordNotes(state, self);
  ask(state, self);
}

function publishReady(state: StreamerState, self: StreamerSelf): void {
  const { line, pubsub, symbol, heardMs, clock, figures } = state;
  const { sequence } = line;
  if (heardMs !== null && sequence.ready.length > 0) figures.publishing.note(clock.monotonicMs() - heardMs);
  state.heardMs = null;
  const topic = tradeEvents(symbol);
  while (sequence.ready.length > 0) {
    const publications = sequence.ready.slice(0, MOST_AT_ONCE).map((trade) => publication(topic, trade));
    if (!publishAll(self, pubsub, publications)) throw new Error('PubSub has ended');
    sequence.release(publications.length);
  }
}

function recordNotes(state: StreamerState, self: StreamerSelf): void {
  const { line, record, symbol, log } = state;
  const notes = line.unrecorded();
  const [first] = notes;
  if (first === undefined || state.isRecording) return;
  state.isRecording = true;
  const ranges = notes.map(({ range }) => range);
  const ids = describeRanges(ranges);
  if (first.kind === 'missing')
    log.warn(`${symbol}: too much was traded meanwhile to be caught up with; missing: ${ids}`, { symbol });
  else log.info(`${symbol}: the exchange has no trades with the ids ${ids}`, { symbol });
  self.pipe(
    first.kind === 'missing' ? record.recordMissing(symbol, ranges) : record.recordAbsent(symbol, ranges),
    () => ({ kind: 'recorded', notes }),
    (error) => ({ kind: 'record-failed', error }),
  );
}

function ask(state: StreamerState, self: StreamerSelf): void {
  const { line, past, symbol } = state;
  if (state.asking !== 'nothing') return;
  const question = line.question();
  if (question === null) return;
  state.asking = 'question';
  self.pipe(
    past.fetchTrades(symbol, question.fromId, question.limit),
    (answer) => ({ kind: 'answered', question, answer }),
    (error) => ({ kind: 'not-answered', error }),
  );
}

function pause(state: StreamerState, delayMs: number, self: StreamerSelf): void {
  state.asking = 'pausing';
  self.sendAfter(delayMs, { kind: 'question-due' });
}

function takeAnswer(
  state: StreamerState,
  question: Question,
  answer: readonly TradeEvent[] | RetryLater,
  self: StreamerSelf,
): void {
  const { line, random } = state;
  state.asking = 'nothing';
  if ('retryAfterMs' in answer) line.rateLimited();
  else {
    line.answer(question, answer);
    if (question.purpose === 'check' && state.isLooking) judgeSilence(state, answer.length > 0, self);
  }
  tellTrouble(state);
  if (line.trouble === null) return;
  const waitMs = 'retryAfterMs' in answer ? answer.retryAfterMs : 0;
  pause(state, waitMs + pauseMs(line.trouble, random), self);
}

function tellTrouble(state: StreamerState): void {
  const { line, symbol, log } = state;
  const { trouble } = line;
  if (trouble !== null && trouble.reason !== null && !state.isTroubleTold) {
    state.isTroubleTold = true;
    log.warn(`${symbol}: trades cannot be fetched, and later ones wait; trying again`, {
      symbol,
      reason: trouble.reason,
    });
  } else if (trouble === null && state.isTroubleTold) {
    state.isTroubleTold = false;
    log.info(`${symbol}: trades can be fetched again`, { symbol });
  }
}

function onInfo(state: StreamerState, message: StreamerMessage | Down, self: StreamerSelf): void {
  const { line } = state;
  switch (message.kind) {
    case 'trades':
      for (const trade of message.trades) line.offer(trade);
      state.heardMs = message.heardMs;
      state.isSilent = false;
      state.isLooking = false;
      state.unstreamed = 0;
      break;
    case 'resumed':
      line.expectCheck();
      self.sendAfter(CHECK_AFTER_MS, { kind: 'check-due' });
      break;
    case 'began':
      line.begin(message.last);
      break;
    case 'answered':
      takeAnswer(state, message.question, message.answer, self);
      break;
    case 'not-answered':
      state.asking = 'nothing';
      line.failed(message.error instanceof Error ? message.error.message : String(message.error));
      tellTrouble(state);
      if (line.trouble !== null) pause(state, pauseMs(line.trouble, state.random), self);
      break;
    case 'recorded':
      state.isRecording = false;
      line.recorded(message.notes);
      break;
    case 'check-due':
      line.checkIsDue();
      break;
    case 'silence-due':
      lookAtSilence(state, self);
      break;
    case 'question-due':
      state.asking = 'nothing';
      break;
    case 'stream-due':
    // Nobody but the desk is monitored.
    case 'down':
      askDesk(state, self);
      break;
    case 'record-failed':
      throw message.error;
  }
}

export const Streamer: GenServer<StreamerProtocol> = {
  kind: 'Streamer',
  init: (arg) => ({
    state: {
      ...arg,
      asking: 'nothing',
      isRecording: false,
      isTroubleTold: false,
      isSilent: false,
      isLooking: false,
      unstreamed: 0,
      heardMs: null,
    },
    continue: 'begin',
  }),
  continue(state, _note, self) {
    begin(state, self);
    goOn(state, self);
    return { state };
  },
  info(state, message, self) {
    onInfo(state, message, self);
    goOn(state, self);
    return { state };
  },
  // Not after a crash: then the next incarnation goes on.
  terminate({ line }, reason) {
    if (reason === 'shutdown') line.leave();
  },
  inspect: ({ line, asking, isSilent, unstreamed }) => ({
    asking,
    ...line.inspect(),
    ...(isSilent ? { silent: true } : {}),
    ...(unstreamed > 0 ? { unstreamed } : {}),
  }),
};
