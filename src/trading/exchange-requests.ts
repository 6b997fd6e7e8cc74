import type { OrderRequest } from '../domain/order.js';
import type { Self } from '../otp/index.js';
import type { CancelOutcome, Exchange, LookupOutcome, PlaceOutcome } from '../ports/exchange.js';
import type { TraderProtocol } from './trader-protocol.js';

/** What a trader asks of the exchange; each answer comes back to it as a message, a failure included. */
export type ExchangeAnswer =
  | { readonly kind: 'placement-answered'; readonly request: OrderRequest; readonly outcome: PlaceOutcome }
  | { readonly kind: 'lookup-answered'; readonly request: OrderRequest; readonly outcome: LookupOutcome }
  | { readonly kind: 'cancel-answered'; readonly request: OrderRequest; readonly outcome: CancelOutcome };

type TraderSelf = Self<TraderProtocol>;

export const LOOKUP_RETRY_MS = 1_000;

export function place(self: TraderSelf, exchange: Exchange, request: OrderRequest): void {
  self.pipe(
    exchange.placeOrder(request),
    (outcome) => ({ kind: 'placement-answered', request, outcome }),
    () => ({ kind: 'placement-answered', request, outcome: { kind: 'outcome-unknown' } }),
  );
}

/** @param orderId the exchange's, null while it has not told it */
export function getOrder(
  self: TraderSelf,
  exchange: Exchange,
  request: OrderRequest,
  orderId: number | null,
): void {
  const { symbol, clientOrderId } = request;
  self.pipe(
    exchange.getOrder(symbol, orderId === null ? { clientOrderId } : { orderId, clientOrderId }),
    (outcome) => ({ kind: 'lookup-answered', request, outcome }),
    () => ({
      kind: 'lookup-answered',
      request,
      outcome: { kind: 'unavailable', retryAfterMs: LOOKUP_RETRY_MS },
    }),
  );
}

export function cancel(self: TraderSelf, exchange: Exchange, request: OrderRequest): void {
  self.pipe(
    exchange.cancelOrder(request.symbol, { clientOrderId: request.clientOrderId }),
    (outcome) => ({ kind: 'cancel-answered', request, outcome }),
    () => ({ kind: 'cancel-answered', request, outcome: { kind: 'outcome-unknown' } }),
  );
}
