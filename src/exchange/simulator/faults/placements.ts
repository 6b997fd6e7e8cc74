import type { ExecutionReport } from '../../../domain/execution-report.js';
import type { Params } from '../request-faults.js';

/** Orders remembered; the oldest are forgotten first. */
const MOST_REMEMBERED = 10_000;

/** When each order was placed, so that a look-up can be told how fresh its order is. */
export class Placements {
  private readonly placedMs = new Map<string, number>();

  note({ executionType, symbol, orderId, clientOrderId }: ExecutionReport, nowMs: number): void {
    if (executionType !== 'NEW') return;
    this.placedMs.set(`${symbol} id ${orderId}`, nowMs);
    this.placedMs.set(`${symbol} client ${clientOrderId}`, nowMs);
    for (const oldest of this.placedMs.keys()) {
      if (this.placedMs.size <= 2 * MOST_REMEMBERED) break;
      this.placedMs.delete(oldest);
    }
  }

  /** How long ago the order that a look-up asks for was placed; undefined when that is not known. */
  ageMs(params: Params, nowMs: number): number | undefined {
    const symbol = params.get('symbol') ?? '';
    const orderId = params.get('orderId');
    const key = orderId === undefined ? `client ${params.get('origClientOrderId') ?? ''}` : `id ${orderId}`;
    const placedMs = this.placedMs.get(`${symbol} ${key}`);
    return placedMs === undefined ? undefined : nowMs - placedMs;
  }
}
