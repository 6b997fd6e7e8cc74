import type { Credentials } from '../../src/exchange/binance/credentials.js';
import { signedWsParams } from '../../src/exchange/binance/signing.js';
import { pushed } from './account-frames.js';
import { type ServerConnection, SocketServer } from './socket-server.js';

export interface WsRequest {
  readonly id: unknown;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

type Reply = Readonly<Record<string, unknown>> | null;

export const ok = (result: unknown = {}): Reply => ({ status: 200, result, rateLimits: [] });
export const failure = (status: number, code: number, msg = 'No.', data?: unknown): Reply => ({
  status,
  error: { code, msg, ...(data !== undefined && { data }) },
  rateLimits: [],
});

/** The account part of the exchange's WebSocket API: takes signed subscriptions, and pushes what its test says. */
export class AccountExchange {
  readonly requests: WsRequest[] = [];
  /** Connections that were subscribed, in order; also those that were cut since. */
  readonly subscribed: ServerConnection[] = [];
  /** Its time differs from ours by so much, and it minds more than 1 s. */
  aheadMs = 0;
  /** Takes the place of the usual reply; null for none at all. */
  reply: (request: WsRequest, usual: () => Reply, connection: ServerConnection) => Reply = (
    _request,
    usual,
  ) => usual();

  private constructor(
    readonly server: SocketServer,
    public credentials: Credentials,
    private readonly nowMs: () => number,
  ) {
    server.onFrame = (text, connection) => this.take(JSON.parse(text) as WsRequest, connection);
  }

  static async start(credentials: Credentials, nowMs: () => number): Promise<AccountExchange> {
    return new AccountExchange(await SocketServer.start(), credentials, nowMs);
  }

  /** Pushes an event on every connection that is subscribed and stands. */
  push(event: unknown): void {
    for (const connection of this.live) connection.send(pushed(event));
  }

  get live(): ServerConnection[] {
    return this.subscribed.filter(({ closed }) => !closed);
  }

  private take(request: WsRequest, connection: ServerConnection): void {
    this.requests.push(request);
    const reply = this.reply(request, () => this.usual(request), connection);
    if (reply === null) return;
    const isSubscription = request.method.startsWith('userDataStream.subscribe');
    if (isSubscription && reply.status === 200 && !this.subscribed.includes(connection))
      this.subscribed.push(connection);
    connection.send({ id: request.id, ...reply });
  }

  private usual({ method, params }: WsRequest): Reply {
    if (method === 'userDataStream.subscribe') return ok({ subscriptionId: 0 });
    if (method !== 'userDataStream.subscribe.signature' && method !== 'session.logon')
      return failure(400, -1130);
    const { timestamp, apiKey, signature } = params;
    if (apiKey !== this.credentials.revealApiKey()) return failure(401, -2015);
    if (Math.abs(Number(timestamp) - this.nowMs() - this.aheadMs) > 1_000) return failure(400, -1021);
    if (signature !== signedWsParams({}, this.credentials, Number(timestamp)).signature)
      return failure(400, -1022);
    return ok({ subscriptionId: 0 });
  }
}
