import { type Signing, signedWsParams } from '../signing.js';
import type { Line } from '../socket/line.js';
import type { Answer } from './frame.js';
import { describeAnswer, isClockOff, judgeAnswer } from './judge-answer.js';
import type { Requests } from './requests.js';

/** The exchange's time, as requests need it. */
export interface ExchangeTime {
  /** Unix milliseconds, not ahead of the exchange's; null while it is not known. */
  timestamp(): Promise<number | null>;
  /** Asks the exchange for its time. Rejects when it cannot be had now. */
  resync(): Promise<void>;
}

/**
 * signature: one signed request, with any key. session: a log-on, then a plain request; the exchange takes it with Ed25519 keys
 * alone.
 */
export type Login = 'signature' | 'session';

export interface SubscribingDeps {
  readonly requests: Requests;
  readonly signing: Signing;
  readonly time: ExchangeTime;
  readonly login: Login;
}

export type Subscribed =
  | { readonly kind: 'subscribed' }
  /** For good: the key, its permissions or its signature. */
  | { readonly kind: 'denied'; readonly why: string }
  /** This time. */
  | { readonly kind: 'failed'; readonly why: string; readonly stayAwayMs: number };

/** Has the exchange tell this connection of the account's orders and balances. Rejects when the exchange's time cannot be had. */
export async function subscribe(line: Line, deps: SubscribingDeps): Promise<Subscribed> {
  const { login, requests, time } = deps;
  if ((await time.timestamp()) === null) await time.resync();
  if (login === 'signature') return signed(line, 'userDataStream.subscribe.signature', deps);
  const loggedOn = await signed(line, 'session.logon', deps);
  if (loggedOn.kind !== 'subscribed') return loggedOn;
  return outcomeOf(await requests.make(line, 'userDataStream.subscribe'), await now(time));
}

/** Asked a second time when the first timestamp was off. */
async function signed(line: Line, method: string, deps: SubscribingDeps): Promise<Subscribed> {
  const { requests, signing, time } = deps;
  const ask = async () => requests.make(line, method, signedWsParams({}, signing, await now(time)));
  const answer = await ask();
  if (!isClockOff(answer)) return outcomeOf(answer, await now(time));
  await time.resync();
  return outcomeOf(await ask(), await now(time));
}

async function now(time: ExchangeTime): Promise<number> {
  const timestamp = await time.timestamp();
  if (timestamp === null) throw new Error('the time of the exchange is not known');
  return timestamp;
}

function outcomeOf(answer: Answer | null, exchangeNow: number): Subscribed {
  const verdict = judgeAnswer(answer, exchangeNow);
  const why = describeAnswer(answer);
  switch (verdict.kind) {
    case 'done':
      return { kind: 'subscribed' };
    case 'denied':
      return { kind: 'denied', why };
    case 'clock-off':
      return { kind: 'failed', why, stayAwayMs: 0 };
    case 'failed':
      return { kind: 'failed', why, stayAwayMs: verdict.stayAwayMs };
  }
}
