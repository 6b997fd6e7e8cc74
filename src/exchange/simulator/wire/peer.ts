import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Clock } from '../../../ports/clock.js';
import { SlidingRate } from './sliding-rate.js';

/** What a connection is held to. */
export interface PeerLimits {
  /** Between the server's pings, milliseconds. */
  readonly pingMs: number;
  /** A client that leaves a ping unanswered for this long is dropped, milliseconds. */
  readonly pongMs: number;
  /** Every connection is cut after this long, milliseconds. */
  readonly lifeMs: number;
  /** Incoming frames a second, pings and pongs included. */
  readonly messagesPerSecond: number;
  /** A client that lets more than this wait for it is dropped, bytes. */
  readonly bufferedBytes: number;
}

export const MARKET_LIMITS: PeerLimits = {
  pingMs: 20_000,
  pongMs: 60_000,
  lifeMs: 86_400_000,
  messagesPerSecond: 5,
  bufferedBytes: 16 * 1024 * 1024,
};

/** The WebSocket API counts request weight instead of messages. */
export const API_LIMITS: PeerLimits = { ...MARKET_LIMITS, messagesPerSecond: Number.POSITIVE_INFINITY };

export interface PeerHandlers {
  readonly onText: (text: string) => void;
  readonly onClose: () => void;
}

const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;

/** One connected client: pings it, holds it to its limits, and writes to it. */
export class Peer {
  /** Frames of events written so far; answers to requests do not count. */
  pushed = 0;
  private isStalled = false;
  private isCorked = false;
  /** When the oldest ping was sent that has not been answered. */
  private unansweredSinceMs: number | null = null;
  private readonly timers = new Set<() => void>();
  /** What runs once this many events have been written. */
  private readonly afterPushes: { readonly at: number; readonly run: () => void }[] = [];

  constructor(
    private readonly webSocket: WebSocket,
    /** Beneath the WebSocket: for gathering frames into one write. */
    private readonly socket: Pick<Socket, 'cork' | 'uncork'>,
    private readonly clock: Clock,
    private readonly limits: PeerLimits,
    handlers: PeerHandlers,
  ) {
    const rate = new SlidingRate(limits.messagesPerSecond, 1_000);
    const admitted = (): boolean => {
      if (rate.admits(clock.monotonicMs())) return true;
      this.close(POLICY_VIOLATION, 'Too many requests');
      return false;
    };
    webSocket.on('message', (data: Buffer) => {
      if (admitted() && !this.isStalled) handlers.onText(data.toString());
    });
    webSocket.on('ping', () => void admitted());
    webSocket.on('pong', () => {
      this.unansweredSinceMs = null;
      admitted();
    });
    // A broken frame of the client's: ws closes the connection itself, and `close` follows.
    webSocket.on('error', () => {});
    webSocket.on('close', () => {
      for (const cancel of this.timers) cancel();
      this.timers.clear();
      handlers.onClose();
    });
    this.after(limits.lifeMs, () => this.close(GOING_AWAY, 'Connected for too long'));
    this.pingLater();
  }

  /** Writes the answer to a request. */
  answer(text: string): void {
    this.write(text);
  }

  /** Writes an event. The same buffer may be given to many peers. */
  push(text: string | Buffer): void {
    if (!this.write(text)) return;
    this.pushed++;
    while (this.afterPushes[0] !== undefined && this.afterPushes[0].at <= this.pushed)
      this.afterPushes.shift()?.run();
  }

  /** Runs once this many more events have been written, unless it is closed before. */
  whenPushed(count: number, run: () => void): void {
    if (count === 0) {
      run();
      return;
    }
    this.afterPushes.push({ at: this.pushed + count, run });
    this.afterPushes.sort((a, b) => a.at - b.at);
  }

  /** Runs after the delay, unless it is closed before. */
  after(delayMs: number, run: () => void): void {
    const cancel = this.clock.after(delayMs, () => {
      this.timers.delete(cancel);
      run();
    });
    this.timers.add(cancel);
  }

  /** From now on it stays connected, and neither hears nor says anything. */
  stall(): void {
    this.isStalled = true;
  }

  close(code: number, reason: string): void {
    this.webSocket.close(code, reason);
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.webSocket.terminate();
  }

  private write(text: string | Buffer): boolean {
    const { webSocket } = this;
    if (this.isStalled || webSocket.readyState !== webSocket.OPEN) return false;
    if (webSocket.bufferedAmount > this.limits.bufferedBytes) {
      this.cut();
      return false;
    }
    this.gather();
    webSocket.send(text, { binary: false });
    return true;
  }

  /** What is written in one turn of the event loop goes out in one piece. */
  private gather(): void {
    if (this.isCorked) return;
    this.isCorked = true;
    this.socket.cork();
    setImmediate(() => {
      this.isCorked = false;
      this.socket.uncork();
    });
  }

  private pingLater(): void {
    this.after(this.limits.pingMs, () => {
      if (!this.isStalled && !this.ping()) return;
      this.pingLater();
    });
  }

  /** False when earlier ones have gone without an answer for too long, and it closes for that. */
  private ping(): boolean {
    const nowMs = this.clock.monotonicMs();
    if (this.unansweredSinceMs !== null && nowMs - this.unansweredSinceMs >= this.limits.pongMs) {
      this.close(POLICY_VIOLATION, 'Pong timeout');
      return false;
    }
    this.unansweredSinceMs ??= nowMs;
    this.webSocket.ping(String(this.clock.wallMs()));
    return true;
  }
}
