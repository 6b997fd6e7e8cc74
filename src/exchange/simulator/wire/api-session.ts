import type { Clock } from '../../../ports/clock.js';
import type { Accounts } from '../api/accounts.js';
import type { Api, ApiReply, ApiRequest, Credentials, Json, TimeUnit } from '../api/api-types.js';
import { type ApiFrame, exchangeParams, signedPayload } from './api-frame.js';
import { inUnit } from './stream-payloads.js';
import { type SubscribedBy, type UserSubscription, UserSubscriptions } from './user-subscriptions.js';

/** What a request of the session itself comes to. */
export interface SessionResult {
  readonly reply: ApiReply;
  /** Subscriptions that end with it. */
  readonly ended: readonly UserSubscription[];
}

export interface SessionDeps {
  readonly api: Api;
  readonly accounts: Pick<Accounts, 'key'>;
  readonly clock: Clock;
}

interface LoggedOn {
  readonly apiKey: string;
  readonly account: string;
  readonly sinceMs: number;
}

const WEIGHT = 2;
const NO_ONE: readonly UserSubscription[] = [];

/** Who one WebSocket API connection acts for, and which accounts it is told of. */
export class ApiSession {
  readonly subscriptions = new UserSubscriptions();
  private readonly connectedMs: number;
  private loggedOn: LoggedOn | null = null;

  constructor(
    private readonly deps: SessionDeps,
    private readonly client: string,
    private readonly unit: TimeUnit,
    private readonly returnRateLimits: boolean,
  ) {
    this.connectedMs = deps.clock.wallMs();
  }

  /** Whether this class answers the method. */
  answers(method: string): boolean {
    return Object.hasOwn(METHODS, method);
  }

  answer(frame: ApiFrame): SessionResult {
    const method = METHODS[frame.method];
    if (method === undefined) throw new Error(`${frame.method} is no method of the session`);
    return this[method](frame);
  }

  /** The subscriptions that end because the session's key has been revoked; undefined when it has not. */
  revoked(): readonly UserSubscription[] | undefined {
    if (this.loggedOn === null || this.deps.accounts.key(this.loggedOn.apiKey) !== undefined)
      return undefined;
    return this.forget();
  }

  /** How a request for the exchange behind is authorised. */
  credentials({ params }: ApiFrame): Credentials | null {
    if (params.has('apiKey') || params.has('signature')) return signed(params);
    return this.loggedOn && { kind: 'session', apiKey: this.loggedOn.apiKey };
  }

  request(frame: ApiFrame): Omit<ApiRequest, 'endpoint'> {
    return {
      params: exchangeParams(frame.params),
      credentials: this.credentials(frame),
      via: 'ws',
      client: this.client,
      timeUnit: this.unit,
    };
  }

  logOn(frame: ApiFrame): SessionResult {
    const who = this.identify(frame);
    if (who.kind === 'refused') return who;
    const { key, apiKey } = who;
    if (key.kind !== 'ed25519') {
      const kind = key.kind === 'hmac' ? 'HMAC_SHA256' : 'RSA';
      return this.refused(400, -4056, `${kind} API key is not supported.`);
    }
    this.loggedOn = { apiKey, account: key.account, sinceMs: this.deps.clock.wallMs() };
    return this.accepted(this.statusNow());
  }

  status(): SessionResult {
    return this.charged(() => this.statusNow());
  }

  logOut(): SessionResult {
    let ended = NO_ONE;
    const { reply } = this.charged(() => {
      ended = this.forget();
      return this.statusNow();
    });
    return { reply, ended };
  }

  listSubscriptions(): SessionResult {
    return this.charged(() => this.subscriptions.all().map(({ id }) => ({ subscriptionId: id })));
  }

  subscribe(): SessionResult {
    const { loggedOn } = this;
    if (loggedOn === null) return this.refused(401, -1002, 'You are not authorized to execute this request.');
    const over = this.deps.api.charge(this.client, WEIGHT);
    return over === null ? this.subscribed(loggedOn.account, 'session') : { reply: over, ended: NO_ONE };
  }

  subscribeSigned(frame: ApiFrame): SessionResult {
    const who = this.identify(frame);
    return who.kind === 'refused' ? who : this.subscribed(who.key.account, 'signature');
  }

  unsubscribe({ params }: ApiFrame): SessionResult {
    const asked = params.get('subscriptionId');
    const over = this.deps.api.charge(this.client, WEIGHT);
    if (over !== null) return { reply: over, ended: NO_ONE };
    const ended = this.subscriptions.end(({ id }) => asked === undefined || String(id) === asked);
    return ended.length === 0
      ? this.refused(400, -2036, 'User Data Stream subscription not active.')
      : { ...this.accepted({}), ended };
  }

  private subscribed(account: string, by: SubscribedBy): SessionResult {
    const outcome = this.subscriptions.subscribe(account, by);
    return outcome.kind === 'refused'
      ? this.refused(400, outcome.code, outcome.message)
      : this.accepted({ subscriptionId: outcome.subscription.id });
  }

  /** Who signed the request. Its own key and signature are needed, also where somebody is logged on. */
  private identify(frame: ApiFrame) {
    const credentials = signed(frame.params);
    const identified = this.deps.api.identify({ ...this.request(frame), credentials }, WEIGHT);
    if (identified.kind === 'refused')
      return { kind: 'refused', reply: identified.reply, ended: NO_ONE } as const;
    return { kind: 'identified', key: identified.key, apiKey: credentials.apiKey } as const;
  }

  private charged(body: () => Json): SessionResult {
    const over = this.deps.api.charge(this.client, WEIGHT);
    return over === null ? this.accepted(body()) : { reply: over, ended: NO_ONE };
  }

  private accepted(body: Json): SessionResult {
    const counts = this.deps.api.counts(this.client);
    return { reply: { kind: 'ok', status: 200, body, counts, retryAt: null }, ended: NO_ONE };
  }

  private refused(status: number, code: number, msg: string): SessionResult {
    const counts = this.deps.api.counts(this.client);
    return { reply: { kind: 'error', status, error: { code, msg }, counts, retryAt: null }, ended: NO_ONE };
  }

  private forget(): readonly UserSubscription[] {
    this.loggedOn = null;
    return this.subscriptions.end(({ by }) => by === 'session');
  }

  private statusNow(): Json {
    const { loggedOn, unit } = this;
    return {
      apiKey: loggedOn?.apiKey ?? null,
      authorizedSince: loggedOn && inUnit(loggedOn.sinceMs, unit),
      connectedSince: inUnit(this.connectedMs, unit),
      returnRateLimits: this.returnRateLimits,
      serverTime: inUnit(this.deps.clock.wallMs(), unit),
      userDataStream: this.subscriptions.all().some(({ by }) => by === 'session'),
    };
  }
}

const METHODS: Readonly<
  Record<
    string,
    'logOn' | 'status' | 'logOut' | 'listSubscriptions' | 'subscribe' | 'subscribeSigned' | 'unsubscribe'
  >
> = {
  'session.logon': 'logOn',
  'session.status': 'status',
  'session.logout': 'logOut',
  'session.subscriptions': 'listSubscriptions',
  'userDataStream.subscribe': 'subscribe',
  'userDataStream.subscribe.signature': 'subscribeSigned',
  'userDataStream.unsubscribe': 'unsubscribe',
};

const signed = (params: ApiFrame['params']): Extract<Credentials, { kind: 'signed' }> => ({
  kind: 'signed',
  apiKey: params.get('apiKey') ?? '',
  signature: params.get('signature') ?? '',
  payload: signedPayload(params),
});
