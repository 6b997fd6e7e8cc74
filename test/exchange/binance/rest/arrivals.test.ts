import { describe, expect, it } from '@jest/globals';
import { Arrivals, LATEST_EFFECT_MS } from '../../../../src/exchange/binance/rest/arrivals.js';
import { anOrder } from '../../../support/market.js';

const KEY = { clientOrderId: 'a' };

describe('Arrivals', () => {
  it('allows for the receive window, the time limit of the server and some margin', () => {
    expect(LATEST_EFFECT_MS).toBeGreaterThan(5_000 + 10_000);
  });

  it('is sure of an order that it never sent once it is old enough: an earlier process may have sent it', () => {
    const arrivals = new Arrivals(100);
    expect(arrivals.settledInMs('X', KEY, 100)).toBe(LATEST_EFFECT_MS);
    expect(arrivals.settledInMs('X', KEY, 100 + LATEST_EFFECT_MS)).toBe(0);
    expect(arrivals.phaseOf('X', 'a')).toBeNull();
  });

  it('is not sure of one that is under way, however long that takes', () => {
    const arrivals = new Arrivals(0);
    arrivals.begun('X', 'a');
    expect(arrivals.settledInMs('X', KEY, 10 ** 9)).toBeGreaterThan(0);
    expect(arrivals.settledInMs('Y', KEY, 10 ** 9)).toBe(0);
    arrivals.foundAbsent('X', 'a');
    expect(arrivals.phaseOf('X', 'a')).toBe('under-way');
  });

  it('waits from the time it was sent, and remembers it until it is found absent', () => {
    const arrivals = new Arrivals(0);
    arrivals.begun('X', 'a');
    arrivals.unknown('X', 'a', 50_000);
    expect(arrivals.settledInMs('X', KEY, 60_000)).toBe(LATEST_EFFECT_MS - 10_000);
    expect(arrivals.settledInMs('X', KEY, 50_000 + LATEST_EFFECT_MS)).toBe(0);
    expect(arrivals.phaseOf('X', 'a')).toBe('unknown');
    arrivals.foundAbsent('X', 'a');
    expect(arrivals.phaseOf('X', 'a')).toBeNull();
  });

  it('knows a placed order by both its ids', () => {
    const arrivals = new Arrivals(0);
    arrivals.placed(anOrder({ symbol: 'X', clientOrderId: 'a', orderId: 7 }), 50_000);
    expect(arrivals.settledInMs('X', KEY, 50_000)).toBe(LATEST_EFFECT_MS);
    expect(arrivals.settledInMs('X', { orderId: 7 }, 50_000)).toBe(LATEST_EFFECT_MS);
    expect(arrivals.settledInMs('X', { clientOrderId: '7' }, 50_000)).toBe(0);
  });

  it('allows one that was refused', () => {
    const arrivals = new Arrivals(0);
    arrivals.begun('X', 'a');
    arrivals.refused('X', 'a');
    expect(arrivals.phaseOf('X', 'a')).toBeNull();
  });

  it('forgets the oldest of very many, and none that is under way', () => {
    const arrivals = new Arrivals(0);
    arrivals.begun('X', 'first');
    for (let count = 0; count < 12_000; count++) {
      arrivals.begun('X', `${count}`);
      arrivals.unknown('X', `${count}`, 0);
    }
    expect(arrivals.phaseOf('X', 'first')).toBe('under-way');
    expect(arrivals.phaseOf('X', '0')).toBeNull();
    expect(arrivals.phaseOf('X', '11999')).toBe('unknown');
  });
});
