import { z } from 'zod';
import { isBelow, ZERO } from '../../../domain/decimal.js';
import type { ExecutionReport } from '../../../domain/execution-report.js';
import { REPORT_INPUT } from '../../../platform/shape-problems.js';
import { type Malformed, malformed, malformedEvent } from './malformed.js';
import { count, decimal, name } from './wire-fields.js';

/** One change of one order, and what it says of the order beside it. */
export interface Execution {
  readonly kind: 'execution';
  readonly report: ExecutionReport;
  /** When the exchange accepted the order, Unix milliseconds. */
  readonly createdTime: number;
}

const wire = z.object({
  s: name,
  i: count,
  c: z.string(),
  C: z.string(),
  S: z.enum(['BUY', 'SELL']),
  x: z.enum(['NEW', 'TRADE', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED', 'TRADE_PREVENTION']),
  X: z.enum(['NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'EXPIRED_IN_MATCH']),
  p: decimal,
  q: decimal,
  L: decimal,
  l: decimal,
  z: decimal,
  n: decimal,
  N: name.nullable(),
  t: z.int().min(-1),
  I: count,
  T: count,
  O: count,
});

type Wire = z.output<typeof wire>;

/** Which field contradicts another; null when none does. A trade without its id or quantity could never be counted once. */
function contradiction({ x, t, l, L, z: cumulative, c, C }: Wire): string | null {
  if (c === '' && C === '') return 'c';
  if (x !== 'TRADE') return null;
  if (t < 0) return 't';
  if (!isBelow(ZERO, l)) return 'l';
  if (!isBelow(ZERO, L)) return 'L';
  return isBelow(cumulative, l) ? 'z' : null;
}

/**
 * The event `executionReport`.
 *
 * @see Binance spot docs, user-data-stream.md, executionReport (read 2026-07)
 */
export function decodeExecution(event: unknown): Execution | Malformed {
  const parsed = wire.safeParse(event, REPORT_INPUT);
  if (!parsed.success) return malformedEvent('executionReport', parsed.error);
  const { data } = parsed;
  const wrong = contradiction(data);
  if (wrong !== null) return malformed(`executionReport.${wrong}`);
  const isTrade = data.x === 'TRADE';
  return {
    kind: 'execution',
    createdTime: data.O,
    report: {
      kind: 'execution-report',
      symbol: data.s,
      orderId: data.i,
      // On a cancel `c` is the id of the cancel, and `C` that of the order.
      clientOrderId: data.C === '' ? data.c : data.C,
      side: data.S,
      executionType: data.x,
      orderStatus: data.X,
      price: data.p,
      quantity: data.q,
      lastPrice: isTrade ? data.L : ZERO,
      lastQuantity: isTrade ? data.l : ZERO,
      cumulativeQuantity: data.z,
      commission: data.n,
      commissionAsset: data.N,
      tradeId: isTrade ? data.t : null,
      executionId: data.I,
      transactTime: data.T,
    },
  };
}
