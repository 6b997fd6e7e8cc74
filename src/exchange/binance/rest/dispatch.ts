import type { Order } from '../../../domain/order.js';
import type { RateLimited } from '../../../ports/exchange.js';
import { query, signedQuery } from '../signing.js';
import { type ClientState, exchangeNow } from './client-state.js';
import { type HttpAnswer, type HttpRequest, send } from './http.js';
import { judge, type Verdict } from './judge.js';
import type { RestOutcome } from './outcome.js';
import type { Priority, Sent } from './rate-limits.js';
import type { Queued, Timing, Wait } from './request-queue.js';
import type { RestRequest } from './requests.js';

/** A request that was sent, and what came of it. */
export interface Answered {
  readonly queued: Queued;
  readonly sent: Sent;
  readonly timing: Timing;
  readonly answer: HttpAnswer;
}

/** Most that are under way at once, so that a slow exchange leaves connections for what is urgent. */
const MOST_UNDER_WAY: Readonly<Record<Priority, number>> = {
  cancel: Number.POSITIVE_INFINITY,
  'look-up': 12,
  order: 12,
  backfill: 2,
};

const SHORT_WAIT_MS = 1_000;
/** How long a request that came at the wrong time waits for the clock to be set. */
const RESEND_PATIENCE_MS = 10_000;

const rateLimited = (waitMs: Wait): RateLimited => ({
  kind: 'rate-limited',
  retryAfterMs: waitMs === 'until-told' ? SHORT_WAIT_MS : Math.ceil(waitMs),
});

/** Puts a request in line. One that is signed is refused at once when none is sent any more. */
export function enqueue(
  { queue, halted, clock }: ClientState,
  request: RestRequest<unknown>,
  done: Queued['done'],
): void {
  if (request.signed && halted !== null) done(halted, null);
  else queue.add({ request, done, deadlineMs: clock.monotonicMs() + request.patienceMs, resent: false });
}

/**
 * Sends what may go, and tells those that cannot wait longer.
 *
 * @param follow takes over what was sent
 * @returns how long until something may go that cannot now; Infinity when nothing waits
 */
export function sendWaiting(state: ClientState, follow: (answered: Promise<Answered>) => void): number {
  for (;;) {
    const nowMs = state.clock.monotonicMs();
    const turn = state.queue.next(nowMs, (request) => waitOf(state, request));
    switch (turn.kind) {
      case 'wait':
        return turn.waitMs;
      case 'give-up':
        conclude(state, turn.queued, rateLimited(turn.waitMs), null);
        break;
      case 'send':
        follow(sendNow(state, turn.queued));
        break;
    }
  }
}

function waitOf(state: ClientState, { signed, cost }: RestRequest<unknown>): Wait {
  const waitMs = state.limits.waitMs(cost, exchangeNow(state));
  if (waitMs > 0) return waitMs;
  const isFull = state.underWay[cost.priority] >= MOST_UNDER_WAY[cost.priority];
  return isFull || (signed && !state.exchangeClock.isSynced) ? 'until-told' : 0;
}

async function sendNow(state: ClientState, queued: Queued): Promise<Answered> {
  const { clock, limits, underWay } = state;
  const { cost } = queued.request;
  const sent = limits.sent(cost, exchangeNow(state));
  underWay[cost.priority]++;
  const sentMs = clock.monotonicMs();
  const answer = await send(httpRequest(state, queued.request, sentMs), state);
  return { queued, sent, timing: { sentMs, receivedMs: clock.monotonicMs() }, answer };
}

function httpRequest(
  { restUrl, credentials, exchangeClock }: ClientState,
  { method, path, params, signed }: RestRequest<unknown>,
  nowMs: number,
): HttpRequest {
  const url = `${restUrl}${path}`;
  if (!signed) return { method, url, params: query(params), apiKey: null };
  const timestamp = exchangeClock.timestamp(nowMs);
  if (credentials === null || timestamp === null) throw new Error('nothing to sign with');
  return {
    method,
    url,
    params: signedQuery(params, credentials, timestamp),
    apiKey: credentials.revealApiKey(),
  };
}

/** Takes in an answer: what it means for its request, and for those to come. */
export function onAnswered(state: ClientState, { queued, sent, timing, answer }: Answered): void {
  const { cost } = queued.request;
  state.underWay[cost.priority]--;
  const usage = answer.kind === 'no-answer' ? [] : answer.usage;
  state.limits.answered(sent, usage, exchangeNow(state));
  const verdict = verdictOf(queued.request, answer);
  const { method, path } = queued.request;
  state.figures.note(`${method} ${path}`, verdict.kind, timing.receivedMs - timing.sentMs);
  if (verdict.kind === 'clock-off' && !queued.resent) {
    setClock(state);
    const deadlineMs = state.clock.monotonicMs() + RESEND_PATIENCE_MS;
    // Nothing happened, so this is no second time.
    state.queue.addFirst({ ...queued, resent: true, deadlineMs });
    return;
  }
  conclude(state, queued, outcomeOf(state, queued.request, verdict), timing);
}

type Read = { readonly kind: 'ok'; readonly value: unknown } | { readonly kind: 'unreadable' };

function verdictOf({ decode }: RestRequest<unknown>, answer: HttpAnswer): Verdict | Read {
  switch (answer.kind) {
    case 'no-answer':
      return { kind: 'unknown', why: answer.why };
    case 'error':
      return judge(answer);
    case 'ok': {
      const value = decode(answer.json);
      return value === undefined ? { kind: 'unreadable' } : { kind: 'ok', value };
    }
  }
}

/** The symbol's rules are no longer those we know. */
const RULES_CHANGED: ReadonlySet<number> = new Set([-1013, -1111, -1121]);

/** What the caller is told, and what the verdict does to later requests. */
function outcomeOf(
  state: ClientState,
  { cost, method, path, signed }: RestRequest<unknown>,
  verdict: Verdict | Read,
): RestOutcome<unknown> {
  const { limits, log, unreadable } = state;
  const nowMs = exchangeNow(state);
  switch (verdict.kind) {
    case 'ok':
      return verdict;
    case 'unreadable':
      // It will be as unreadable the next time: somebody has to see to it.
      if (!unreadable.has(`${method} ${path}`))
        log.error('an answer of the exchange cannot be read; what it is about stays unknown', {
          request: `${method} ${path}`,
        });
      unreadable.add(`${method} ${path}`);
      return { kind: 'unknown', why: 'an answer of another shape' };
    case 'unknown':
      // A look-up is made again, for as long as an outage lasts: no reason to fill the log.
      log[method === 'GET' ? 'debug' : 'warn'](`the exchange gave no clear answer: ${verdict.why}`, {
        request: `${method} ${path}`,
      });
      return verdict;
    case 'rejected':
      if (RULES_CHANGED.has(verdict.code)) state.rulesLoading.hurry(state.clock.monotonicMs());
      return verdict;
    case 'wrong-keys': {
      const refused = { kind: 'rejected', code: verdict.code, reason: verdict.reason } as const;
      if (signed) halt(state, refused);
      return refused;
    }
    case 'clock-off':
      setClock(state);
      return rateLimited('until-told');
    case 'stop':
      log.warn(`the exchange wants silence: ${verdict.why}`, { seconds: Math.ceil(verdict.waitMs / 1_000) });
      limits.stop(verdict.waitMs, nowMs);
      return rateLimited(verdict.waitMs);
    case 'orders-full':
      limits.stopOrders(verdict.waitMs, nowMs);
      return rateLimited(Math.max(SHORT_WAIT_MS, limits.waitMs(cost, nowMs)));
    case 'closed':
      // A short halt may be over before the rules are told again; a longer one is among them then, and the order is refused.
      state.rulesLoading.hurry(state.clock.monotonicMs());
      return rateLimited(verdict.waitMs);
    case 'busy':
      return rateLimited(verdict.waitMs);
  }
}

function setClock({ exchangeClock, clockSync, clock }: ClientState): void {
  exchangeClock.isSynced = false;
  clockSync.hurry(clock.monotonicMs());
}

/** No signed request leaves any more: with wrong keys each would fail, and the exchange bans those who go on. */
function halt(state: ClientState, why: Exclude<ClientState['halted'], null>): void {
  if (state.halted !== null) return;
  state.halted = why;
  state.log.error(`no more orders until the next start: ${why.reason}`, { code: why.code });
  for (const queued of state.queue.takeSigned()) conclude(state, queued, why, null);
}

/** Tells what became of a request, after it is noted what that says of its order. */
function conclude(
  { arrivals, clock }: ClientState,
  { request, done }: Queued,
  outcome: RestOutcome<unknown>,
  timing: Timing | null,
): void {
  if (request.places !== undefined) {
    const { symbol, clientOrderId } = request.places;
    const sentMs = timing?.sentMs ?? clock.monotonicMs();
    if (outcome.kind === 'unknown') arrivals.unknown(symbol, clientOrderId, sentMs);
    else if (outcome.kind === 'ok') arrivals.placed(outcome.value as Order, sentMs);
    else arrivals.refused(symbol, clientOrderId);
  }
  done(outcome, timing);
}
