import type { Clock } from '../../../ports/clock.js';
import type { ConnectionBudget } from './connection-budget.js';
import type { Line } from './line.js';
import type { LineEnd } from './line-end.js';

/** Times in milliseconds, and limits. */
export interface SocketTuning {
  /** Default 10 s. */
  readonly connectTimeoutMs: number;
  /** How long its owner may take to prepare a connection; default 30 s. */
  readonly prepareTimeoutMs: number;
  /** A connection without a ping or a frame for this long is dead; default 60 s, of which the exchange pings three times. */
  readonly silenceMs: number;
  /** Age at which a connection is replaced; default 23 h, since the exchange cuts it at 24 h. */
  readonly rotateAfterMs: number;
  /** How long a replaced connection is listened to yet, since the two need not be told of a thing together; default 1 s. */
  readonly lingerMs: number;
  /** How long a connection has to be up until the failures before it are forgotten; default 30 s. */
  readonly provenAfterMs: number;
  /** How long the other side may take to answer a close; default 5 s. */
  readonly closeTimeoutMs: number;
  /** Pace of `Line.send`; default 4, since the exchange cuts at more than 5, pongs included. */
  readonly messagesPerSecond: number;
  /** A longer frame ends its connection; default 4 MiB. */
  readonly maxPayloadBytes: number;
}

export const DEFAULT_TUNING: SocketTuning = {
  connectTimeoutMs: 10_000,
  prepareTimeoutMs: 30_000,
  silenceMs: 60_000,
  rotateAfterMs: 23 * 3_600_000,
  lingerMs: 1_000,
  provenAfterMs: 30_000,
  closeTimeoutMs: 5_000,
  messagesPerSecond: 4,
  maxPayloadBytes: 4 * 1_024 * 1_024,
};

/** A connection could not be made or was lost. */
export interface SocketDown extends LineEnd {
  /** Whether the connection had been up; false for an attempt that failed. */
  readonly wasUp: boolean;
  /** 0 when another attempt is under way. */
  readonly willRetryInMs: number;
}

/** What the owner of a socket does. All run outside of its mailbox, when it is an actor: they had better send it a message. */
export interface SocketOwner {
  /**
   * Makes a fresh connection usable (to log on, to subscribe) and waits for the answers, which come as frames of this line. A
   * rejection ends the connection, and another is tried.
   */
  prepare(line: Line): Promise<void>;
  /**
   * While a connection is being replaced, frames of both come, and so the same thing twice. Also frames of a connection that is
   * not up yet.
   */
  onFrame(text: string, line: Line): void;
  /** The connection is prepared and is the one to use from now on; after `onDown`, or in place of one that is replaced. */
  onUp(line: Line): void;
  onDown(down: SocketDown): void;
}

export interface KeptSocketOptions extends SocketOwner {
  /** No secrets in it: it may be shown. */
  readonly url: string;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Shared by all sockets of the process. */
  readonly budget: ConnectionBudget;
  readonly tuning?: Partial<SocketTuning>;
}

/** For the inspector. */
export interface SocketFacts {
  /** replacing: up, with the next connection on its way. waiting: for the next attempt. */
  readonly phase: 'up' | 'replacing' | 'connecting' | 'preparing' | 'waiting' | 'closed';
  /** Attempts to connect, all in all. */
  readonly attempts: number;
  /** Failures since a connection last proved good. */
  readonly failures: number;
  /** Times it was up again after it had been down. */
  readonly reconnects: number;
  /** Times a connection took over from one that was still up. */
  readonly rotations: number;
  /** When the last frame came, Unix milliseconds; null before the first. */
  readonly lastFrameMs: number | null;
  /** Why the last connection ended that did not end by our will. */
  readonly lastEnd: string | null;
}
