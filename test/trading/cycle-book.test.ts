import { describe, expect, it } from '@jest/globals';
import { FLAT } from '../../src/strategy/position.js';
import { someSettings } from '../../src/testing/index.js';
import { type Cycle, CycleBook } from '../../src/trading/cycle-book.js';

const PARKED = { phase: 'buy-parked', why: { code: null, reason: 'test' }, next: FLAT } as const;

describe('CycleBook', () => {
  it('opens flat cycles with ids that count up over all symbols', () => {
    const book = new CycleBook();
    const settings = someSettings();
    expect(book.open('XRPUSDT', settings)).toEqual({ id: 1, symbol: 'XRPUSDT', settings, position: FLAT });
    expect(book.open('ETHUSDT', settings).id).toBe(2);
  });

  it('gives a cycle as it was saved last, with the settings it began with', () => {
    const book = new CycleBook();
    const settings = someSettings({ budget: '5' });
    const { id } = book.open('XRPUSDT', settings);
    book.save(id, PARKED);
    expect(book.get(id)).toEqual({ id, symbol: 'XRPUSDT', settings, position: PARKED });
  });

  it('does not change a cycle that it gave away', () => {
    const book = new CycleBook();
    const cycle = book.open('XRPUSDT', someSettings());
    book.save(cycle.id, PARKED);
    expect(cycle.position).toBe(FLAT);
  });

  it('lists the cycles of a symbol by id, whatever was saved last', () => {
    const book = new CycleBook();
    for (const symbol of ['A', 'B', 'A', 'A']) book.open(symbol, someSettings());
    book.save(1, PARKED);
    expect(book.of('A').map(({ id }) => id)).toEqual([1, 3, 4]);
    expect(book.of('C')).toEqual([]);
  });

  it('forgets a cycle that has ended, tells of it once as it ended, and never gives its id again', () => {
    const ended: Cycle[] = [];
    const book = new CycleBook((cycle) => ended.push(cycle));
    const { id } = book.open('XRPUSDT', someSettings());
    book.save(id, PARKED);
    book.end(id);
    expect(ended).toMatchObject([{ id, position: PARKED }]);
    expect(book.of('XRPUSDT')).toEqual([]);
    expect(book.open('XRPUSDT', someSettings()).id).toBe(2);
  });

  it.each([
    { name: 'get', use: (book: CycleBook) => book.get(1) },
    { name: 'save', use: (book: CycleBook) => book.save(1, FLAT) },
    { name: 'end', use: (book: CycleBook) => book.end(1) },
  ])('refuses to $name a cycle that has ended', ({ use }) => {
    const book = new CycleBook();
    book.end(book.open('XRPUSDT', someSettings()).id);
    expect(() => use(book)).toThrow('no cycle 1');
  });
});
