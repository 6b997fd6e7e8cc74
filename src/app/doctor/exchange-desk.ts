import { ExchangeClock } from '../../exchange/binance/rest/exchange-clock.js';
import { DEFAULT_MOST_BYTES, type HttpError, send } from '../../exchange/binance/rest/http.js';
import { judge } from '../../exchange/binance/rest/judge.js';
import type { RestRequest } from '../../exchange/binance/rest/requests.js';
import type { UsageReport } from '../../exchange/binance/rest/usage-headers.js';
import { query, signedQuery } from '../../exchange/binance/signing.js';
import { MachineError } from '../../platform/machine-error.js';
import type { Clock } from '../../ports/clock.js';
import type { RemoteExchange } from '../exchange-choice.js';

export interface Told<T> {
  readonly value: T;
  /** How long the answer took. */
  readonly tookMs: number;
  readonly usage: readonly UsageReport[];
}

/** An exchange that is asked one thing at a time, once, without the engine's actor for it. */
export class ExchangeDesk {
  readonly exchangeClock = new ExchangeClock();

  constructor(
    private readonly remote: Pick<RemoteExchange, 'endpoints' | 'credentials'>,
    private readonly clock: Clock,
    private readonly patienceMs: number,
  ) {}

  /** @throws MachineError that says in words what the exchange answered, or that it did not */
  async ask<T>(request: RestRequest<T>): Promise<Told<T>> {
    const { method, path } = request;
    const sentMs = this.clock.monotonicMs();
    const answer = await send(
      { method, url: `${this.remote.endpoints.rest}${path}`, ...this.sealed(request, sentMs) },
      { clock: this.clock, timeoutMs: this.patienceMs, mostBytes: DEFAULT_MOST_BYTES },
    );
    const tookMs = this.clock.monotonicMs() - sentMs;
    if (answer.kind === 'no-answer') throw new MachineError(`${path}: ${answer.why}`);
    if (answer.kind === 'error') throw new MachineError(`${path}: ${refusal(answer)}`);
    const value = request.decode(answer.json);
    if (value === undefined) throw new MachineError(`${path}: an answer that cannot be read`);
    return { value, tookMs, usage: answer.usage };
  }

  private sealed(
    { params, signed }: RestRequest<unknown>,
    nowMs: number,
  ): { readonly params: string; readonly apiKey: string | null } {
    if (!signed) return { params: query(params), apiKey: null };
    const { credentials } = this.remote;
    const timestamp = this.exchangeClock.timestamp(nowMs);
    if (timestamp === null) throw new Error('the time of the exchange is asked for first');
    return { params: signedQuery(params, credentials, timestamp), apiKey: credentials.revealApiKey() };
  }
}

/** HTTP 451: from here it serves nobody. */
const NOT_FROM_HERE = 451;

function refusal(error: HttpError): string {
  if (error.status === NOT_FROM_HERE) return 'the exchange serves nobody at this address (HTTP 451)';
  const verdict = judge(error);
  switch (verdict.kind) {
    case 'wrong-keys':
      return `${verdict.reason} (code ${verdict.code})`;
    case 'stop':
      return `the exchange wants silence for ${Math.ceil(verdict.waitMs / 1_000)} s (${verdict.why})`;
    case 'clock-off':
      return 'the time of the request was off (code -1021)';
    case 'unknown':
      return verdict.why;
    default:
      return `HTTP ${error.status}${error.code === null ? '' : `, code ${error.code}`}: ${error.message}`;
  }
}
