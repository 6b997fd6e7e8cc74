import { backoffMs } from './backoff.js';
import { Line } from './line.js';
import { type LineEnd, lineEnd } from './line-end.js';
import {
  DEFAULT_TUNING,
  type KeptSocketOptions,
  type SocketFacts,
  type SocketTuning,
} from './socket-options.js';

const noTimer = (): void => undefined;

/**
 * One logical WebSocket connection, kept alive until `close`: it connects, has its owner prepare the connection, and makes a new
 * one when that is lost, silent, too old or about to be shut down. At most two connections exist for longer than it takes to
 * close one: the one in use and the next.
 */
export class KeptSocket {
  private readonly tuning: SocketTuning;
  /** Prepared and in use. */
  private current: Line | null = null;
  /** On its way to take over. */
  private next: Line | null = null;
  /** Replaced, and closing. */
  private readonly retired = new Set<Line>();
  /** Told to be about to be shut down by the exchange. */
  private doomed: Line | null = null;
  /** Monotonic time of the next attempt; null when none is waited for. */
  private retryAtMs: number | null = null;
  private closed = false;
  private cancelRetry = noTimer;
  private cancelRotation = noTimer;
  private cancelProof = noTimer;
  private attempts = 0;
  private failures = 0;
  private ups = 0;
  private rotations = 0;
  private lastFrameMs: number | null = null;
  private lastEnd: LineEnd | null = null;

  constructor(private readonly options: KeptSocketOptions) {
    this.tuning = { ...DEFAULT_TUNING, ...options.tuning };
  }

  /** Begins; to be called once. */
  open(): void {
    this.seek(0);
  }

  /** Ends every connection; nothing more is told to the owner. */
  close(): void {
    this.closed = true;
    this.retryAtMs = null;
    this.cancelRetry();
    this.cancelRotation();
    this.cancelProof();
    for (const line of [this.current, this.next, ...this.retired]) line?.close();
    this.current = null;
    this.next = null;
  }

  /**
   * The exchange is about to end this connection: the next one is made now, and the old one is kept until it has taken over.
   *
   * @param line the connection that was told so; a notice on one that is being replaced changes nothing
   */
  rotate(line: Line | null = this.current): void {
    if (line === null || this.closed) return;
    this.doomed = line;
    if (line === this.current) this.replace();
  }

  /** Ends a connection that its owner can no longer use; another is made, after the wait that a failure calls for. */
  giveUp(line: Line, detail: string): void {
    line.end(lineEnd('given-up', { detail }));
  }

  inspect(): SocketFacts {
    const { attempts, failures, ups, rotations, lastFrameMs, lastEnd } = this;
    return {
      phase: this.phase(),
      attempts,
      failures,
      reconnects: Math.max(0, ups - 1),
      rotations,
      lastFrameMs,
      lastEnd:
        lastEnd === null
          ? null
          : [lastEnd.cause, lastEnd.closeCode, lastEnd.detail].filter(Boolean).join(' '),
    };
  }

  private phase(): SocketFacts['phase'] {
    if (this.closed) return 'closed';
    if (this.current !== null) return this.next === null ? 'up' : 'replacing';
    if (this.next === null) return 'waiting';
    return this.next.isOpen ? 'preparing' : 'connecting';
  }

  // ---- towards the next connection

  private replace(): void {
    if (this.next === null && this.retryAtMs === null) this.seek(0);
  }

  private seek(waitMs: number): void {
    const longerMs = Math.max(waitMs, this.options.budget.waitMs());
    if (longerMs === 0) {
      this.connect();
      return;
    }
    const { clock } = this.options;
    this.retryAtMs = clock.monotonicMs() + longerMs;
    this.cancelRetry = clock.after(longerMs, () => this.connect());
  }

  private connect(): void {
    const { options, tuning } = this;
    this.retryAtMs = null;
    // Other sockets may have used up what was free when the wait began.
    if (options.budget.take() > 0) {
      this.seek(0);
      return;
    }
    this.attempts++;
    this.next = new Line(
      this.attempts,
      { url: options.url, clock: options.clock, ...tuning },
      {
        onOpen: (line) => void this.prepare(line),
        onFrame: (text, line) => this.frame(text, line),
        onEnd: (line, end) => this.ended(line, end),
      },
    );
  }

  private async prepare(line: Line): Promise<void> {
    const { clock } = this.options;
    const cancel = clock.after(this.tuning.prepareTimeoutMs, () => line.end(lineEnd('prepare-timeout')));
    try {
      await this.options.prepare(line);
    } catch (error) {
      line.end(lineEnd('prepare-failed', { detail: error instanceof Error ? error.message : String(error) }));
    } finally {
      cancel();
    }
    // Not when it has ended meanwhile, nor when all is closed.
    if (this.next === line) this.takeOver(line);
  }

  private takeOver(line: Line): void {
    const { options, tuning, current: old } = this;
    const { clock } = options;
    this.next = null;
    this.current = line;
    if (old === null) this.ups++;
    else this.rotations++;
    this.cancelRotation();
    this.cancelRotation = clock.after(line.startedMs + tuning.rotateAfterMs - clock.monotonicMs(), () =>
      this.replace(),
    );
    this.cancelProof();
    this.cancelProof = clock.after(tuning.provenAfterMs, () => {
      this.failures = 0;
    });
    if (old !== null) this.retire(old);
    options.onUp(line);
    if (this.doomed === line) this.rotate(line);
  }

  private retire(line: Line): void {
    this.retired.add(line);
    this.options.clock.after(this.tuning.lingerMs, () => line.close());
  }

  // ---- what happens to connections

  private frame(text: string, line: Line): void {
    if (this.closed) return;
    this.lastFrameMs = this.options.clock.wallMs();
    this.options.onFrame(text, line);
  }

  private ended(line: Line, end: LineEnd): void {
    if (this.retired.delete(line) || this.closed) return;
    this.lastEnd = end;
    if (end.stayAwayMs > 0) this.options.budget.holdOff(end.stayAwayMs);
    const wasUp = line === this.current;
    if (wasUp) {
      this.current = null;
      this.cancelRotation();
      this.cancelProof();
    } else {
      this.next = null;
    }
    if (this.next === null && this.retryAtMs === null) {
      this.failures++;
      // Never at once, so that the owner has heard of the loss before it hears of anything else.
      this.seek(Math.max(1, backoffMs(this.failures, this.options.random)));
    }
    // While a replacement fails, the connection in use is still there.
    if (this.current === null) this.options.onDown({ ...end, wasUp, willRetryInMs: this.waitLeftMs() });
  }

  private waitLeftMs(): number {
    return this.retryAtMs === null ? 0 : Math.max(0, this.retryAtMs - this.options.clock.monotonicMs());
  }
}
