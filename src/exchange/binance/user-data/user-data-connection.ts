import type { Clock } from '../../../ports/clock.js';
import type { Signing } from '../signing.js';
import type { ConnectionBudget } from '../socket/connection-budget.js';
import { KeptSocket } from '../socket/kept-socket.js';
import type { Line } from '../socket/line.js';
import type { SocketDown, SocketFacts, SocketTuning } from '../socket/socket-options.js';
import { type Answer, decodeFrame } from './frame.js';
import { describeAnswer, judgeAnswer } from './judge-answer.js';
import { type Malformed, malformed } from './malformed.js';
import { Requests } from './requests.js';
import { type ExchangeTime, type Login, subscribe } from './subscribing.js';
import type { UserEvent } from './user-event.js';

export interface UserDataConnectionOptions {
  /** Of the WebSocket API, such as `wss://ws-api.binance.com:443/ws-api/v3`. */
  readonly url: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly budget: ConnectionBudget;
  readonly signing: Signing;
  readonly time: ExchangeTime;
  readonly login: Login;
  readonly tuning: Partial<SocketTuning>;
  /** How long an answer is waited for; longer than the 10 s that the exchange may take. */
  readonly answerTimeoutMs: number;
  /** So many malformed frames end a connection. */
  readonly malformedLimit: number;
}

export type AccountTiding = Exclude<UserEvent, { readonly kind: 'stream-terminated' | 'server-shutdown' }>;

/** Told outside of any mailbox. */
export interface UserDataListener {
  onEvent(event: AccountTiding): void;
  /** From now on everything is told: what happened before may have been missed. */
  onSubscribed(): void;
  /** Until the next `onSubscribed` nothing may be told. */
  onDown(down: SocketDown): void;
  /** The exchange does not let us in; it is not asked again. */
  onDenied(why: string): void;
}

/** The account's connection: subscribed whenever it is up, and subscribed again when the exchange ends the subscription. */
export class UserDataConnection {
  private readonly requests: Requests;
  private readonly socket: KeptSocket;
  private current: Line | null = null;
  /** The last connection that was subscribed a second time. */
  private resubscribed: Line | null = null;
  private readonly malformedOn = new WeakMap<Line, number>();

  constructor(
    private readonly options: UserDataConnectionOptions,
    private readonly listener: UserDataListener,
  ) {
    const { url, clock, random, budget, tuning, answerTimeoutMs } = options;
    this.requests = new Requests(clock, answerTimeoutMs);
    this.socket = new KeptSocket({
      ...{ url, clock, random, budget, tuning },
      prepare: (line) => this.prepare(line),
      onFrame: (text, line) => this.frame(text, line),
      onUp: (line) => this.up(line),
      onDown: (down) => this.down(down),
    });
  }

  open(): void {
    this.socket.open();
  }

  close(): void {
    this.current = null;
    this.socket.close();
    this.requests.stop();
  }

  inspect(): SocketFacts {
    return this.socket.inspect();
  }

  // ---- subscribing

  private async prepare(line: Line): Promise<void> {
    const outcome = await subscribe(line, { ...this.options, requests: this.requests });
    if (outcome.kind === 'subscribed') return;
    if (outcome.kind === 'denied') this.denied(outcome.why);
    // All sockets stay away, since the exchange counts by address.
    else if (outcome.stayAwayMs > 0) this.options.budget.holdOff(outcome.stayAwayMs);
    throw new Error(outcome.why);
  }

  private denied(why: string): void {
    this.close();
    this.listener.onDenied(why);
  }

  private up(line: Line): void {
    this.current = line;
    this.listener.onSubscribed();
  }

  private down(down: SocketDown): void {
    this.current = null;
    this.listener.onDown(down);
  }

  /** The exchange ended the subscription. Twice on one connection is once too often: the next attempt comes after a wait. */
  private terminated(line: Line): void {
    // One that has been replaced has done its duty.
    if (this.current !== null && line.id < this.current.id) return;
    if (line !== this.current || line === this.resubscribed) {
      this.socket.giveUp(line, 'the subscription was ended');
      return;
    }
    this.resubscribed = line;
    this.prepare(line).then(
      () => {
        if (line === this.current) this.listener.onSubscribed();
      },
      (error: Error) => this.socket.giveUp(line, error.message),
    );
  }

  // ---- frames

  private frame(text: string, line: Line): void {
    const frame = decodeFrame(text);
    switch (frame.kind) {
      case 'answer':
        if (!this.requests.take(frame, line)) this.unasked(frame, line);
        break;
      case 'stream-terminated':
        this.terminated(line);
        break;
      case 'server-shutdown':
        this.socket.rotate(line);
        break;
      case 'malformed':
        this.malformed(frame, line);
        break;
      case 'execution':
      case 'position':
      case 'other':
        this.listener.onEvent(frame);
        break;
    }
  }

  /** Only a refusal of the key concerns us: an answer may come after we have stopped waiting for it. */
  private unasked(answer: Answer, line: Line): void {
    if (answer.id !== null) return;
    if (judgeAnswer(answer, this.options.clock.wallMs()).kind === 'denied')
      this.denied(describeAnswer(answer));
    else this.malformed(malformed('answer.id'), line);
  }

  private malformed(what: Malformed, line: Line): void {
    this.listener.onEvent(what);
    // A word that we do not know yet is the exchange's news, and would be the same on every connection.
    if (what.unknownWord !== null) return;
    const count = (this.malformedOn.get(line) ?? 0) + 1;
    this.malformedOn.set(line, count);
    if (count >= this.options.malformedLimit) this.socket.giveUp(line, 'too many malformed frames');
  }
}
