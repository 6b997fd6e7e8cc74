import type { OrderRequest, Side } from '../domain/order.js';
import type { PendingCall } from '../otp/index.js';
import type { OrderKey } from '../ports/exchange.js';
import type { CancelAnswer, LookupAnswer, PlaceAnswer } from './answers.js';
import { decimal } from './builders.js';

/** Which order: every field that is given must be equal. Price and quantity are decimal text, compared by value. */
export interface OrderMatch {
  readonly symbol?: string;
  readonly side?: Side;
  readonly price?: string;
  readonly quantity?: string;
  readonly clientOrderId?: string;
}

/** Which order a look-up or cancel is about: every field that is given must be equal. */
export interface KeyMatch {
  readonly symbol?: string;
  readonly orderId?: number;
  readonly clientOrderId?: string;
}

export interface KeyRequest {
  readonly symbol: string;
  readonly key: OrderKey;
}

/** What may be asked of an exchange. */
export interface Requests {
  readonly placeOrder: OrderRequest;
  readonly cancelOrder: KeyRequest;
  readonly getOrder: KeyRequest;
}
export interface Answers {
  readonly placeOrder: PlaceAnswer;
  readonly cancelOrder: CancelAnswer;
  readonly getOrder: LookupAnswer;
}
export type RequestKind = keyof Requests;

/** One request that must come, and its answer. */
export class Expectation<K extends RequestKind = RequestKind> {
  private asked: Requests[K] | null = null;
  /** Expectations that must have been met before this one. */
  readonly after: Expectation[] = [];
  /** The request's call while it waits for an answer. */
  held: PendingCall | null = null;

  constructor(
    readonly kind: K,
    readonly answer: Answers[K],
    private readonly wanted: OrderMatch & KeyMatch,
    /** Any number of requests, none included. */
    readonly allowance = false,
  ) {}

  get met(): boolean {
    return this.asked !== null;
  }

  /** What was asked. Throws while nothing was. */
  get request(): Requests[K] {
    if (this.asked === null) throw new Error(`nobody has asked yet: ${this.describe()}`);
    return this.asked;
  }

  /** Whether the request is the one that is expected here, now. */
  accepts(kind: RequestKind, request: Requests[RequestKind]): boolean {
    if (kind !== this.kind || (this.met && !this.allowance)) return false;
    if (this.after.some((earlier) => !earlier.met)) return false;
    const asked = { ...request, ...('key' in request ? request.key : {}) } as Record<string, unknown>;
    return Object.entries(this.wanted).every(([field, value]) => isSame(field, value, asked[field]));
  }

  meet(request: Requests[RequestKind]): void {
    this.asked = request as Requests[K];
  }

  describe(): string {
    const wanted = Object.entries(this.wanted).map(([field, value]) => `${field} ${value}`);
    return `${this.kind}${wanted.map((text) => ` ${text}`).join(',')} (to be answered: ${this.answer.kind})`;
  }
}

const DECIMALS: ReadonlySet<string> = new Set(['price', 'quantity']);

const isSame = (field: string, wanted: string | number, asked: unknown): boolean =>
  DECIMALS.has(field) ? decimal(String(wanted)).eq(String(asked)) : wanted === asked;

export function describeRequest<K extends RequestKind>(kind: K, request: Requests[K]): string {
  if ('key' in request) return `${kind} ${request.symbol} ${JSON.stringify(request.key)}`;
  const { side, symbol, quantity, price, clientOrderId } = request;
  return `${kind} ${side} ${quantity.toFixed()} ${symbol} at ${price.toFixed()}, clientOrderId ${clientOrderId}`;
}
