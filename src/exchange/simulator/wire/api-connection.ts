import type { ApiReply, TimeUnit } from '../api/api-types.js';
import { callWithFaults, type FaultyReply } from '../api/call-with-faults.js';
import type { RequestFaults } from '../request-faults.js';
import { type ApiFrame, type RequestId, readApiFrame } from './api-frame.js';
import { ENDPOINT_OF } from './api-methods.js';
import { ApiSession, type SessionDeps } from './api-session.js';
import type { Peer } from './peer.js';
import { inUnit } from './stream-payloads.js';
import { eventStreamTerminated } from './user-event-payloads.js';
import { type UserReader, wrapped } from './user-streams.js';
import type { UserSubscription } from './user-subscriptions.js';

export interface ApiConnectionDeps extends SessionDeps {
  readonly faults: RequestFaults;
}

export interface ApiConnectionOptions {
  /** Whom the limits per address are for. */
  readonly client: string;
  readonly unit: TimeUnit;
  readonly returnRateLimits: boolean;
}

type MadeUpAnswer = Extract<FaultyReply, { kind: 'made-up' }>['answer'];

/** One connection to the WebSocket API: requests in, answers and user data events out. */
export class ApiConnection implements UserReader {
  readonly unit: TimeUnit;
  private readonly session: ApiSession;

  constructor(
    private readonly deps: ApiConnectionDeps,
    private readonly peer: Pick<Peer, 'answer' | 'push' | 'cut'>,
    private readonly options: ApiConnectionOptions,
  ) {
    this.unit = options.unit;
    this.session = new ApiSession(deps, options.client, options.unit, options.returnRateLimits);
  }

  subscriptionOf(account: string): UserSubscription | undefined {
    return this.session.subscriptions.of(account);
  }

  push(text: string): void {
    this.peer.push(text);
  }

  /** Takes one frame; its answer may come after those of later ones. */
  async take(text: string): Promise<void> {
    const frame = readApiFrame(text);
    if (frame.kind === 'malformed') {
      const { id, code, message: msg } = frame;
      this.send({ id, status: 400, error: { code, msg } });
      return;
    }
    const revoked = this.session.revoked();
    if (revoked !== undefined) {
      this.send({ id: null, status: 401, error: REVOKED });
      this.tellEnded(revoked);
      return;
    }
    if (this.session.answers(frame.method)) {
      const { reply, ended } = this.session.answer(frame);
      this.reply(frame, reply);
      this.tellEnded(ended);
      return;
    }
    const endpoint = ENDPOINT_OF[frame.method];
    if (endpoint === undefined) this.send({ id: frame.id, status: 400, error: UNSUPPORTED });
    else await this.ask(frame, endpoint);
  }

  /** Tells that the server is about to close the connection. */
  announceShutdown(): void {
    const E = inUnit(this.deps.clock.wallMs(), this.unit);
    this.peer.push(JSON.stringify({ event: { e: 'serverShutdown', E } }));
  }

  private async ask(frame: ApiFrame, endpoint: string): Promise<void> {
    const request = { ...this.session.request(frame), endpoint };
    const answered = await callWithFaults(this.deps, request);
    if (answered.kind === 'drop') this.peer.cut();
    else if (answered.kind === 'reply') this.reply(frame, answered.reply);
    else this.replyMadeUp(frame, answered.answer);
  }

  private replyMadeUp({ id }: ApiFrame, { status, body, headers }: MadeUpAnswer): void {
    if (typeof body === 'string') {
      this.peer.answer(body);
      return;
    }
    const seconds = headers?.['Retry-After'];
    const retryAt = seconds === undefined ? null : this.deps.clock.wallMs() + 1_000 * Number(seconds);
    this.send({ id, status, error: { ...body, ...this.retryData(retryAt) } });
  }

  private reply(frame: ApiFrame, reply: ApiReply): void {
    const { id } = frame;
    const shows = frame.returnRateLimits ?? this.options.returnRateLimits;
    const rateLimits = shows ? { rateLimits: reply.counts } : {};
    if (reply.kind === 'ok') this.send({ id, status: reply.status, result: reply.body, ...rateLimits });
    else if (reply.kind === 'no-such-path') this.send({ id, status: 400, error: UNSUPPORTED, ...rateLimits });
    else
      this.send({
        id,
        status: reply.status,
        error: { ...reply.error, ...this.retryData(reply.retryAt) },
        ...rateLimits,
      });
    // A banned address is disconnected, too.
    if (reply.status === 418) this.peer.cut();
  }

  private retryData(retryAt: number | null) {
    if (retryAt === null) return {};
    const { unit } = this;
    return {
      data: { serverTime: inUnit(this.deps.clock.wallMs(), unit), retryAfter: inUnit(retryAt, unit) },
    };
  }

  private tellEnded(ended: readonly UserSubscription[]): void {
    const event = JSON.stringify(eventStreamTerminated(this.deps.clock.wallMs(), this.unit));
    for (const { id } of ended) this.peer.push(wrapped(id, event));
  }

  private send(answer: { readonly id: RequestId; readonly [field: string]: unknown }): void {
    this.peer.answer(JSON.stringify(answer));
  }
}

const REVOKED = { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' };
const UNSUPPORTED = { code: -1020, msg: 'This operation is not supported.' };
