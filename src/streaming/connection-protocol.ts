import type { ConnectionBudget } from '../exchange/binance/socket/connection-budget.js';
import type { KeptSocket } from '../exchange/binance/socket/kept-socket.js';
import type { Line } from '../exchange/binance/socket/line.js';
import type { SocketDown, SocketTuning } from '../exchange/binance/socket/socket-options.js';
import type { Address, Pid, Protocol, Self } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { FrameCounts } from './frame-counts.js';
import type { LineSubscriptions } from './line-subscriptions.js';
import type { StreamDeskProtocol } from './stream-desk.js';
import type { StreamFigures } from './stream-figures.js';
import type { StreamerProtocol } from './streamer.js';

export interface StreamConnectionArg {
  /** From 1. */
  readonly number: number;
  readonly desk: Address<StreamDeskProtocol>;
  /** Of combined streams: `wss://stream.binance.com:9443/stream`. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly figures: StreamFigures;
  /** Unix milliseconds on the exchange's clock, as far as that is known. */
  readonly exchangeNow: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly budget: ConnectionBudget;
  readonly tuning: Partial<SocketTuning>;
  /** The socket of the incarnation before. One that was killed could not close it. */
  readonly left: { socket: KeptSocket | null; hasBeenUp: boolean };
}

/** A symbol that is carried, and to whom. */
export interface Carried {
  readonly symbol: string;
  readonly streamer: Pid<StreamerProtocol>;
}

/** A connection in use, or on its way to be. */
export interface UsedLine {
  readonly line: Line;
  readonly subscriptions: LineSubscriptions;
  /** All its streams are confirmed. */
  readonly settle: () => void;
}

export interface Frame {
  readonly text: string;
  readonly line: Line;
}

export interface StreamConnectionState extends StreamConnectionArg {
  /** By the name of its stream. */
  readonly wanted: Map<string, Carried>;
  readonly streamers: Map<string, Pid<StreamerProtocol>>;
  /** Came, and not looked at yet: one message to itself for all that come before it is handled. */
  inbox: Frame[];
  /** Monotonic time at which the first of them came. */
  heardMs: number;
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

export type ConnectionSelf = Self<StreamConnectionProtocol>;
