import { beforeEach, describe, expect, it } from '@jest/globals';
import { CancelIds } from '../../../../src/exchange/simulator/api/cancel-ids.js';

const ORDER = { symbol: 'BTCUSDT', orderId: 7, clientOrderId: 'mine', status: 'CANCELED' } as const;

describe('the ids of cancels', () => {
  let ids: CancelIds;
  beforeEach(() => {
    ids = new CancelIds();
  });
  const assign = (cancelId: string, orderId = 7) => ids.assign('demo', 'BTCUSDT', orderId, cancelId);

  it('are the ids of the orders from the moment on at which those are cancelled', () => {
    assign('cancel');
    expect(ids.current('demo', { ...ORDER, status: 'NEW' })).toBe('mine');
    expect(ids.current('demo', ORDER)).toBe('cancel');
    expect(ids.orderId('demo', 'BTCUSDT', 'cancel')).toBe(7);
  });

  it('are of one account and one symbol', () => {
    assign('cancel');
    expect(ids.current('other', ORDER)).toBe('mine');
    expect(ids.current('demo', { ...ORDER, symbol: 'XRPUSDT' })).toBe('mine');
    expect(ids.orderId('other', 'BTCUSDT', 'cancel')).toBeUndefined();
  });

  it('are gone when the cancel did not succeed', () => {
    assign('cancel')();
    expect(ids.current('demo', ORDER)).toBe('mine');
    expect(ids.orderId('demo', 'BTCUSDT', 'cancel')).toBeUndefined();
  });

  it('are those of the first of two cancels at the same time', () => {
    assign('first');
    const takeAway = assign('second');
    takeAway();
    expect(ids.current('demo', ORDER)).toBe('first');
    expect(ids.orderId('demo', 'BTCUSDT', 'second')).toBeUndefined();
  });

  it('are those of the latest order that was given them', () => {
    assign('cancel', 7);
    const takeAway = assign('cancel', 8);
    expect(ids.orderId('demo', 'BTCUSDT', 'cancel')).toBe(8);
    takeAway();
    expect(ids.orderId('demo', 'BTCUSDT', 'cancel')).toBe(7);
  });
});
