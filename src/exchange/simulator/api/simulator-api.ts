import type { AccountEvent } from '../../../domain/account.js';
import type { LiveKey } from './accounts.js';
import type {
  Admission,
  Api,
  ApiReply,
  ApiRequest,
  Identification,
  Json,
  RateLimitCount,
  TimeUnit,
} from './api-types.js';
import { checkSignature, checkTimestamp, keyOf, SIGNED_OPTIONAL, SIGNED_REQUIRED } from './authorization.js';
import { CancelIds } from './cancel-ids.js';
import type { Call, Endpoint, Grounds } from './endpoint.js';
import { ENDPOINTS } from './endpoints/index.js';
import { selfTradePreventionMode } from './endpoints/symbol-choice.js';
import { goneOrUnknown } from './no-such-path.js';
import { checkParams, type ParamSpec } from './params.js';
import { type LimitSettings, RateLimits } from './rate-limits.js';
import { Refusal, unknownError } from './refusal.js';

export interface SimulatorApiOptions
  extends Omit<Grounds, 'limits' | 'cancelIds' | 'lastAccountUpdate' | 'cancelledFoundByOldId'> {
  readonly limits: LimitSettings;
  /** Default true. */
  readonly cancelledFoundByOldId?: boolean;
  /** Told of what a request must never throw. Its client is told that the outcome is unknown; the others are served on. */
  readonly onDefect: (error: unknown) => void;
}

const NO_PARAMS: ParamSpec = { required: {}, optional: {} };

/** The exchange's requests and answers, whichever transport they come by. */
export class SimulatorApi implements Api {
  private readonly grounds: Grounds;
  private readonly updatedAt = new Map<string, number>();
  private readonly onDefect: (error: unknown) => void;

  constructor({ limits, cancelledFoundByOldId = true, onDefect, ...rest }: SimulatorApiOptions) {
    this.onDefect = onDefect;
    this.grounds = {
      ...rest,
      limits: new RateLimits(limits, rest.clock),
      cancelIds: new CancelIds(),
      cancelledFoundByOldId,
      lastAccountUpdate: (account) => this.updatedAt.get(account) ?? 0,
    };
  }

  admit(request: ApiRequest): Admission {
    try {
      const endpoint = ENDPOINTS.get(request.endpoint);
      if (endpoint === undefined) return { kind: 'refused', reply: goneOrUnknown(request.endpoint) };
      const weight = typeof endpoint.weight === 'number' ? endpoint.weight : endpoint.weight(request.params);
      const chargedAt = this.grounds.clock.wallMs();
      this.grounds.limits.charge(request.client, weight, request.via);
      const account = endpoint.security === 'NONE' ? '' : this.authorize(request, endpoint).account;
      if (endpoint.security === 'NONE') this.checkPublic(request, endpoint);
      const refund = () => this.grounds.limits.refund(request.client, weight, chargedAt);
      return { kind: 'admitted', carryOut: () => this.carryOut(request, endpoint, account, refund) };
    } catch (error) {
      return { kind: 'refused', reply: this.refusal(request, error) };
    }
  }

  call(request: ApiRequest): Promise<ApiReply> {
    const admission = this.admit(request);
    return admission.kind === 'admitted' ? admission.carryOut() : Promise.resolve(admission.reply);
  }

  identify(request: Omit<ApiRequest, 'endpoint'>, weight: number): Identification {
    try {
      this.grounds.limits.charge(request.client, weight, request.via);
      const key = this.authorize(request, NO_PARAMS);
      return { kind: 'identified', key, counts: this.grounds.limits.weightCounts(request.client) };
    } catch (error) {
      return { kind: 'refused', reply: this.refusal(request, error) };
    }
  }

  charge(client: string, weight: number): ApiReply | null {
    try {
      this.grounds.limits.charge(client, weight, 'ws');
      return null;
    } catch (error) {
      return this.refusal({ client }, error);
    }
  }

  counts(client: string): readonly RateLimitCount[] {
    return this.grounds.limits.weightCounts(client);
  }

  take({ account, order, fill, report }: AccountEvent): void {
    this.updatedAt.set(account, report.transactTime);
    // Fills come by later trades of others, so the order was the maker; only the first one counts.
    if (fill !== null && order.fills.length === 1) this.grounds.limits.credit(account, 'maker');
  }

  currentClientOrderId(account: string, order: AccountEvent['order']): string {
    return this.grounds.cancelIds.current(account, order);
  }

  selfTradePreventionMode(symbol: string): string {
    return selfTradePreventionMode(this.grounds, symbol);
  }

  /** In the order in which Binance checks, as far as that is known: the key, the parameters, the time, the signature. */
  private authorize(request: Omit<ApiRequest, 'endpoint'>, { required, optional, check }: Checked): LiveKey {
    const { params, credentials, repeated = [], via } = request;
    const key = keyOf(this.grounds.accounts, credentials);
    const spec: ParamSpec = {
      required: { ...required, ...SIGNED_REQUIRED },
      optional: optional === 'any' ? 'any' : { ...optional, ...SIGNED_OPTIONAL },
    };
    checkParams(spec, params, repeated, false);
    check?.(params);
    checkTimestamp(params, this.grounds.clock.wallMs());
    checkSignature(credentials, key, via);
    return key;
  }

  private checkPublic({ params, repeated = [] }: ApiRequest, endpoint: Endpoint): void {
    checkParams(endpoint, params, repeated, true);
    endpoint.check?.(params);
  }

  private async carryOut(
    request: ApiRequest,
    endpoint: Endpoint,
    account: string,
    refund: () => void,
  ): Promise<ApiReply> {
    try {
      const call: Call = { ...request, account, stamp: stampIn(request.timeUnit) };
      const body = await endpoint.run(this.grounds, call);
      if (endpoint.freeWhenDone) refund();
      return this.accepted(request, body, endpoint.countsOrders ? account : null);
    } catch (error) {
      return this.refusal(request, error);
    }
  }

  private accepted({ client }: ApiRequest, body: Json, countedAccount: string | null): ApiReply {
    const { limits } = this.grounds;
    const orders = countedAccount === null ? [] : limits.orderCounts(countedAccount);
    return {
      kind: 'ok',
      status: 200,
      body,
      counts: [...limits.weightCounts(client), ...orders],
      retryAt: null,
    };
  }

  private refusal({ client }: Pick<ApiRequest, 'client'>, error: unknown): ApiReply {
    const isRefusal = error instanceof Refusal;
    if (!isRefusal) this.onDefect(error);
    const { status, code, msg, retryAt } = isRefusal ? error : unknownError();
    const counts = this.grounds.limits.weightCounts(client);
    return { kind: 'error', status, error: { code, msg }, counts, retryAt };
  }
}

type Checked = ParamSpec & Pick<Endpoint, 'check'>;

const stampIn =
  (unit: TimeUnit = 'millisecond') =>
  (ms: number): number =>
    unit === 'microsecond' ? Math.round(ms * 1_000) : Math.trunc(ms);
