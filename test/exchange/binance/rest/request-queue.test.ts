import { describe, expect, it } from '@jest/globals';
import type { Priority } from '../../../../src/exchange/binance/rest/rate-limits.js';
import { type Queued, RequestQueue, type Wait } from '../../../../src/exchange/binance/rest/request-queue.js';
import { type RestRequest, serverTime } from '../../../../src/exchange/binance/rest/requests.js';

function aRequest(path: string, priority: Priority = 'look-up', signed = false): RestRequest<unknown> {
  return { ...serverTime, path, signed, cost: { priority, weight: 1, orders: 0 } };
}
const queued = (request: RestRequest<unknown>, deadlineMs = 1_000): Queued => ({
  request,
  deadlineMs,
  resent: false,
  done: () => undefined,
});

/** Takes out everything that can go; its path, or what it is told. */
function drained(queue: RequestQueue, nowMs: number, waitOf: (request: RestRequest<unknown>) => Wait) {
  const paths: string[] = [];
  for (;;) {
    const turn = queue.next(nowMs, waitOf);
    if (turn.kind === 'wait') return [...paths, turn.waitMs];
    paths.push(`${turn.kind} ${turn.queued.request.path}`);
  }
}

describe('RequestQueue', () => {
  it('lets cancels and look-ups go before orders, backfills last, each in turn', () => {
    const queue = new RequestQueue();
    for (const priority of ['backfill', 'order', 'look-up', 'cancel'] as const)
      for (const count of [1, 2]) queue.add(queued(aRequest(`${priority} ${count}`, priority)));
    queue.addFirst(queued(aRequest('again', 'order')));
    expect(drained(queue, 0, () => 0)).toEqual([
      ...['send cancel 1', 'send cancel 2', 'send look-up 1', 'send look-up 2'],
      ...['send again', 'send order 1', 'send order 2', 'send backfill 1', 'send backfill 2'],
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('lets others pass one that has to wait, and says how long there is nothing to do', () => {
    const queue = new RequestQueue();
    queue.add(queued(aRequest('a')));
    queue.add(queued(aRequest('b')));
    queue.add(queued(aRequest('c'), 700));
    const waits: Readonly<Record<string, Wait>> = { a: 900, b: 0, c: 'until-told' };
    expect(drained(queue, 0, ({ path }) => waits[path] as Wait)).toEqual(['send b', 700]);
    expect(queue.size).toBe(2);
  });

  it('gives up at once what would have to wait too long, and what waits for nobody knows what in the end', () => {
    const queue = new RequestQueue();
    queue.add(queued(aRequest('a'), 1_000));
    queue.add(queued(aRequest('b'), 1_000));
    const waits: Readonly<Record<string, Wait>> = { a: 1_001, b: 'until-told' };
    expect(drained(queue, 0, ({ path }) => waits[path] as Wait)).toEqual(['give-up a', 1_000]);
    expect(drained(queue, 1_000, ({ path }) => waits[path] as Wait)).toEqual([
      'give-up b',
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('gives out what is signed', () => {
    const queue = new RequestQueue();
    queue.add(queued(aRequest('public')));
    queue.add(queued(aRequest('signed', 'cancel', true)));
    expect(queue.takeSigned().map(({ request }) => request.path)).toEqual(['signed']);
    expect(drained(queue, 0, () => 0)).toEqual(['send public', Number.POSITIVE_INFINITY]);
  });
});
