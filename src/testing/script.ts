import type { Decimal } from '../domain/decimal.js';
import type { Order, OrderRequest } from '../domain/order.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { CancelOutcome, LookupOutcome, PlaceOutcome } from '../ports/exchange.js';
import { type CancelAnswer, type LookupAnswer, type PlaceAnswer, rejected, unavailable } from './answers.js';
import {
  type Answers,
  describeRequest,
  type Expectation,
  type KeyRequest,
  type RequestKind,
  type Requests,
} from './expectation.js';
import { Ledger } from './ledger.js';

/** The request is not answered now. */
export const SILENCE = 'silence';
/** The actor is to crash. */
export const CRASH = 'crash';

export const UNEXPECTED_CODE = -9999;
const UNEXPECTED = rejected(UNEXPECTED_CODE, 'the test did not expect this request');

/** What a mocked exchange is to be asked and what it was asked. Kept outside the actor, so that its crash loses nothing. */
export class Script {
  readonly ledger = new Ledger();
  readonly expectations: Expectation[] = [];
  commissionRate: Decimal | null = null;
  /** Every request, in order of arrival. */
  readonly requests: { readonly kind: RequestKind; readonly request: Requests[RequestKind] }[] = [];
  private readonly unexpected: string[] = [];

  constructor(
    private readonly symbols: ReadonlyMap<string, SymbolInfo>,
    private readonly nowMs: () => number,
  ) {}

  symbolInfo(symbol: string): SymbolInfo | undefined {
    return this.symbols.get(symbol);
  }

  expect<K extends RequestKind>(expectation: Expectation<K>): Expectation<K> {
    this.expectations.push(expectation);
    return expectation;
  }

  /** The expectation that the request meets; undefined, and remembered, when there is none. */
  take<K extends RequestKind>(kind: K, request: Requests[K]): Expectation<K> | undefined {
    this.requests.push({ kind, request });
    const candidates = this.expectations.filter((expectation) => expectation.accepts(kind, request));
    const met = candidates.find((expectation) => !expectation.allowance) ?? candidates[0];
    if (met === undefined) this.unexpected.push(describeRequest(kind, request));
    met?.meet(request);
    return met as unknown as Expectation<K> | undefined;
  }

  /** @param late the answer ends a silence, during which the order may have arrived */
  place(
    answer: PlaceAnswer | undefined,
    request: OrderRequest,
    late: boolean,
  ): PlaceOutcome | typeof SILENCE | typeof CRASH {
    if (answer === undefined) return UNEXPECTED;
    const arrives = answer.kind === 'placed' || ('arrived' in answer && answer.arrived);
    const known = this.ledger.byClientOrderId(request.clientOrderId);
    if (arrives && known !== undefined && !late) {
      this.unexpected.push(`${describeRequest('placeOrder', request)}: that clientOrderId was used before`);
      return rejected(-2010, 'Duplicate order sent.');
    }
    const executed = answer.kind === 'placed' ? answer.executedQuantity : '0';
    const order = known ?? (arrives ? this.ledger.place(request, executed, this.nowMs()) : null);
    if (answer.kind === 'placed') return { kind: 'placed', order: order as Order };
    return silenceOr(answer);
  }

  cancel(
    answer: CancelAnswer | undefined,
    request: KeyRequest,
  ): CancelOutcome | typeof SILENCE | typeof CRASH {
    if (answer === undefined) return UNEXPECTED;
    const arrives = answer.kind === 'cancelled' || ('arrived' in answer && answer.arrived);
    if (arrives) {
      const order = this.ledger.find(request);
      if (order === undefined) return rejected(-2011, 'Unknown order sent.');
      this.ledger.end(order, 'CANCELED', this.nowMs());
    }
    if (answer.kind === 'cancelled') return { kind: 'cancelled', order: this.ledger.find(request) as Order };
    return silenceOr(answer);
  }

  lookUp(
    answer: LookupAnswer | undefined,
    request: KeyRequest,
  ): LookupOutcome | typeof SILENCE | typeof CRASH {
    if (answer === undefined) return unavailable();
    if (answer.kind === 'found') {
      const order = answer.order ?? this.ledger.find(request);
      return order === undefined ? { kind: 'absent' } : { kind: 'found', order };
    }
    if (answer.kind === 'unanswered') return SILENCE;
    return answer.kind === 'crash' ? CRASH : answer;
  }

  /** @throws Error that lists what was expected and did not come, and what came and was not expected */
  verify(): void {
    const missing = this.expectations.filter(({ met, allowance }) => !met && !allowance);
    if (missing.length === 0 && this.unexpected.length === 0) return;
    const asked = this.requests.map(({ kind, request }) => describeRequest(kind, request));
    throw new Error(
      [
        'The mocked exchange was not asked as expected.',
        ...section(
          'Expected, but not asked',
          missing.map((expectation) => expectation.describe()),
        ),
        ...section('Asked, but not expected', this.unexpected),
        ...section('All that was asked', asked),
      ].join('\n'),
    );
  }
}

const silenceOr = <A extends Answers['placeOrder' | 'cancelOrder']>(
  answer: A,
): Exclude<A, { kind: 'unanswered' | 'crash' | 'placed' | 'cancelled' }> | typeof SILENCE | typeof CRASH => {
  if (answer.kind === 'unanswered') return SILENCE;
  if (answer.kind === 'crash') return CRASH;
  return answer as Exclude<A, { kind: 'unanswered' | 'crash' | 'placed' | 'cancelled' }>;
};

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  - ${line}`)];
