import { WebSocket } from 'ws';
import type { Clock } from '../../../ports/clock.js';
import { type LineEnd, lineEnd, refusal } from './line-end.js';
import { PacedSends } from './paced-sends.js';

export interface LineOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** Longest time without a ping or a frame from the other side. */
  readonly silenceMs: number;
  readonly closeTimeoutMs: number;
  readonly messagesPerSecond: number;
  readonly maxPayloadBytes: number;
}

export interface LineEvents {
  onOpen(line: Line): void;
  onFrame(text: string, line: Line): void;
  /** Once, and nothing after it. */
  onEnd(line: Line, end: LineEnd): void;
}

/** One WebSocket connection, from the attempt to its end. */
export class Line {
  readonly startedMs: number;
  private readonly socket: WebSocket;
  private readonly sends: PacedSends;
  private heardMs: number;
  private state: 'connecting' | 'open' | 'closing' | 'ended' = 'connecting';
  private cancelTimer: () => void;
  private lastError = '';

  constructor(
    readonly id: number,
    private readonly options: LineOptions,
    private readonly events: LineEvents,
  ) {
    const { url, clock, maxPayloadBytes, messagesPerSecond, connectTimeoutMs } = options;
    this.startedMs = clock.monotonicMs();
    this.heardMs = this.startedMs;
    this.socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: maxPayloadBytes });
    this.sends = new PacedSends(clock, 1_000 / messagesPerSecond, (text) => this.socket.send(text));
    this.cancelTimer = clock.after(connectTimeoutMs, () => this.end(lineEnd('connect-timeout')));
    this.listen();
  }

  /** Whether it is connected and nobody has begun to close it. */
  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** Messages that wait for their turn. */
  get queued(): number {
    return this.sends.queued;
  }

  /** Sends a text frame when the pace allows it, in order. What has not left when the connection ends is lost. */
  send(text: string): void {
    this.sends.send(text);
  }

  /** Ends it in good order: what the other side sent before it hears of this still comes. */
  close(): void {
    if (this.state === 'closing' || this.state === 'ended') return;
    this.state = 'closing';
    this.sends.stop();
    this.cancelTimer();
    this.cancelTimer = this.options.clock.after(this.options.closeTimeoutMs, () => this.socket.terminate());
    this.socket.close(1000);
  }

  /** Ends it now, for that reason. */
  end(end: LineEnd): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.sends.stop();
    this.cancelTimer();
    this.socket.terminate();
    this.events.onEnd(this, end);
  }

  private listen(): void {
    const { socket } = this;
    socket.on('open', () => {
      if (this.state !== 'connecting') return;
      this.state = 'open';
      this.cancelTimer();
      this.heard();
      this.watch(this.options.silenceMs);
      this.sends.begin();
      this.events.onOpen(this);
    });
    socket.on('message', (data) => {
      if (this.state === 'ended') return;
      this.heard();
      // A Buffer, as long as nobody asks `ws` for another type.
      this.events.onFrame((data as Buffer).toString(), this);
    });
    // `ws` has answered it by now.
    socket.on('ping', () => this.heard());
    socket.on('unexpected-response', (_request, response) => this.end(refusal(response)));
    // Always followed by `close`.
    socket.on('error', (error) => {
      this.lastError = String(Reflect.get(error, 'code') ?? error.message);
    });
    socket.on('close', (closeCode, reason) => {
      const detail = String(reason) || this.lastError;
      this.end(
        this.state === 'connecting'
          ? lineEnd('refused', { detail })
          : lineEnd('closed', { closeCode, detail }),
      );
    });
  }

  private heard(): void {
    this.heardMs = this.options.clock.monotonicMs();
  }

  private watch(delayMs: number): void {
    this.cancelTimer = this.options.clock.after(delayMs, () => {
      const leftMs = this.leftMs();
      if (leftMs > 0) this.watch(leftMs);
      else this.judgeSilence();
    });
  }

  /** When this process itself was held up, what came meanwhile is still to be read: so it is read first. */
  private judgeSilence(): void {
    this.cancelTimer = this.options.clock.after(0, () => {
      const leftMs = this.leftMs();
      if (leftMs > 0) this.watch(leftMs);
      else this.end(lineEnd('silent'));
    });
  }

  private leftMs(): number {
    return this.heardMs + this.options.silenceMs - this.options.clock.monotonicMs();
  }
}
