import type { Clock } from '../../../ports/clock.js';
import type { Params, RequestFault, RequestFaults } from '../request-faults.js';
import type { ArmedFaults } from './armed-faults.js';
import type { Placements } from './placements.js';

const page = (title: string): string =>
  `<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`;
const NO_SUCH_ORDER = { status: 400, body: { code: -2013, msg: 'Order does not exist.' } } as const;

/** The armed faults of requests, as the API asks for them. */
export class RequestFaultSource implements RequestFaults {
  constructor(
    private readonly faults: ArmedFaults,
    private readonly placements: Placements,
    private readonly clock: Clock,
  ) {}

  next(endpoint: string, params: Params): RequestFault | null {
    const symbol = params.get('symbol');
    const facts = { endpoint, symbol };
    return (
      this.refusal(facts) ??
      this.error(facts) ??
      this.lostReply(facts) ??
      this.hiddenOrder(facts, params) ??
      this.slowReply(facts)
    );
  }

  private refusal(facts: Facts): RequestFault | null {
    if (this.faults.occasion('forbid', facts) !== null)
      return { carryOut: 'never', answer: { status: 403, body: page('403 Forbidden') }, delayMs: 0 };
    const limit = this.faults.occasion('rate-limit', facts);
    if (limit === null) return null;
    const { status, retryAfterSeconds } = limit;
    return {
      carryOut: 'never',
      answer: {
        status,
        body: {
          code: -1003,
          msg: 'Too much request weight used; please use WebSocket Streams for live updates.',
        },
        headers: { 'Retry-After': String(retryAfterSeconds) },
      },
      delayMs: 0,
    };
  }

  private error(facts: Facts): RequestFault | null {
    const fault = this.faults.occasion('answer-error', facts);
    if (fault === null) return null;
    const { status, code, message: msg, form, done, laterMs } = fault;
    const carryOut = done === 'later' ? { afterMs: laterMs } : done;
    const body = form === 'page' ? page(`${status}`) : { code, msg };
    return { carryOut, answer: { status, body }, delayMs: 0 };
  }

  private lostReply(facts: Facts): RequestFault | null {
    const fault = this.faults.occasion('lose-reply', facts);
    return fault && { carryOut: fault.done, answer: 'drop', delayMs: 0 };
  }

  /** Only a look-up of an order that was placed just now is an occasion. */
  private hiddenOrder(facts: Facts, params: Params): RequestFault | null {
    if (facts.endpoint !== 'GET /api/v3/order') return null;
    const age = this.placements.ageMs(params, this.clock.monotonicMs());
    if (age === undefined) return null;
    const fault = this.faults.occasion('hide-order', facts, ({ forMs }) => age < forMs);
    return fault && { carryOut: 'never', answer: NO_SUCH_ORDER, delayMs: 0 };
  }

  private slowReply(facts: Facts): RequestFault | null {
    const fault = this.faults.occasion('delay-reply', facts);
    return fault && { carryOut: 'now', answer: 'normal', delayMs: fault.delayMs };
  }
}

interface Facts {
  readonly endpoint: string;
  readonly symbol: string | undefined;
}
