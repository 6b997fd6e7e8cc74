import type { Clock } from '../../../ports/clock.js';
import type { RequestFault, RequestFaults } from '../request-faults.js';
import type { Api, ApiReply, ApiRequest } from './api-types.js';
import { outcomeUnknown } from './refusal.js';

/** What a transport sends back; `drop`: nothing, it cuts the connection. */
export type FaultyReply =
  | { readonly kind: 'reply'; readonly reply: ApiReply }
  | { readonly kind: 'made-up'; readonly answer: Exclude<RequestFault['answer'], string> }
  | { readonly kind: 'drop' };

export interface FaultyApi {
  readonly api: Api;
  readonly faults: RequestFaults;
  readonly clock: Clock;
}

/** Calls the API, unless a fault is due: then does with the request, and answers, as the fault says. */
export async function callWithFaults(on: FaultyApi, request: ApiRequest): Promise<FaultyReply> {
  const fault = on.faults.next(request.endpoint, request.params);
  if (fault === null) return { kind: 'reply', reply: await on.api.call(request) };
  const carriedOut = carryOut(on, request, fault);
  // What is done later is waited for only by an answer that depends on it.
  if (fault.carryOut === 'now' || fault.answer === 'normal') await carriedOut;
  if (fault.delayMs > 0) await elapsed(on.clock, fault.delayMs);
  if (fault.answer === 'drop') return { kind: 'drop' };
  if (fault.answer === 'normal') return { kind: 'reply', reply: await carriedOut };
  return { kind: 'made-up', answer: fault.answer };
}

async function carryOut(
  { api, clock }: FaultyApi,
  request: ApiRequest,
  fault: RequestFault,
): Promise<ApiReply> {
  if (fault.carryOut === 'never') return lost();
  if (fault.carryOut === 'now') return api.call(request);
  // It is let in when it arrives, so that its timestamp is still good, and done when it is too late to expect it.
  const admission = api.admit(request);
  await elapsed(clock, fault.carryOut.afterMs);
  return admission.kind === 'admitted' ? admission.carryOut() : admission.reply;
}

function lost(): ApiReply {
  const { status, code, msg } = outcomeUnknown();
  return { kind: 'error', status, error: { code, msg }, counts: [], retryAt: null };
}

const elapsed = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
