import { describe, expect, it } from '@jest/globals';
import type { CrashSite } from '../../../src/app/demo/crash-for-show.js';
import { chooseVictim, withoutShow } from '../../../src/app/demo/crash-for-show.js';
import { CrashShow } from '../../../src/app/demo/crash-show.js';
import { type Followed, followAll } from '../../../src/app/demo/followed.js';
import { Decimal } from '../../../src/domain/decimal.js';
import type { Order } from '../../../src/domain/order.js';
import { cycleIdOf } from '../../../src/trading/client-order-ids.js';
import { aTree, restingOrder } from '../../support/demo-view.js';
import { aLog } from '../../support/log.js';

/** Sells of cycles 1 to 6: as far above the last price, 1, as told. */
function followedWith(sells: Readonly<Record<number, string>>): ReadonlyMap<string, Followed> {
  const followed = followAll();
  for (const { terms, ledger, seen } of followed.values()) {
    seen.lastPrice = new Decimal('1');
    for (const [cycle, price] of Object.entries(sells)) {
      if (terms.symbol !== 'XRPUSDT') continue;
      const order: Order = {
        ...restingOrder('SELL', 10 + Number(cycle), price),
        clientOrderId: `h-a-${cycle}-S1`,
      };
      ledger.take(order);
    }
  }
  return followed;
}

const chosen = (sells: Readonly<Record<number, string>>) =>
  chooseVictim(aTree(), followedWith(sells).values());

describe('the crash for show', () => {
  it('is that of the trader whose sale is furthest away', () => {
    const victim = chosen({ 1: '1.01', 2: '1.03', 4: '1.02' });
    expect([victim?.actor.path, victim?.sell.orderId]).toEqual(['Trader 2', 12]);
  });

  it.each([
    { sells: {}, name: 'nobody has a sale' },
    { sells: { 99: '1.5' }, name: 'the trader of the sale is not there' },
  ])('is of nobody while $name', ({ sells }) => {
    expect(chosen(sells)).toBeUndefined();
  });

  it('does not begin before half of the tape is over', () => {
    const followed = followedWith({ 1: '1.01' });
    const told: string[] = [];
    const show = new CrashShow((_followed, text) => told.push(text));
    const xrp = followed.get('XRPUSDT');
    if (xrp === undefined) throw new Error('XRPUSDT is not followed');
    xrp.seen.count = 9_999;
    expect(show.begin({} as CrashSite, followed)).toBeNull();
    expect(told).toEqual([]);
    expect(show.summary(aTree(2))).toBe(
      'No trader was killed for show: none had a sale on the exchange in time. 2 actors started again.',
    );
  });

  it('is nothing that the log has to tell of, unlike every other crash', () => {
    const log = aLog();
    const shown = withoutShow(log);
    shown.warn('trader crashed, starting it again', { traderId: 7, reason: 'Error: killed for show' });
    shown.error('Trader 7 crashed: Error: killed for show', {});
    shown.warn('trader crashed, starting it again', { traderId: 7, reason: 'Error: a defect' });
    shown.error('another', { stack: null });
    expect(log.entries.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'trader crashed, starting it again'],
      ['error', 'another'],
    ]);
  });
});

describe('cycleIdOf', () => {
  it.each([
    { id: 'hh963a0663b2-13-B1', cycle: 13 },
    { id: 'hh963a0663b2-7-S12', cycle: 7 },
    { id: 'hh963a0663b2-7-X1', cycle: null },
    { id: 'somebody-else', cycle: null },
    { id: 'B1', cycle: null },
  ])('of $id is $cycle', ({ id, cycle }) => {
    expect(cycleIdOf(id)).toBe(cycle);
  });
});
