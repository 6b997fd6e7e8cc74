import { describe, expect, it } from '@jest/globals';
import { cancelText, notCancelled } from '../../../src/app/commands/order-report.js';
import type { CancelledOrder } from '../../../src/control/order-cancel.js';

const cancelled: CancelledOrder = {
  symbol: 'XRPUSDT',
  side: 'BUY',
  status: 'CANCELED',
  price: '0.5',
  quantity: '20',
  executedQuantity: '4',
  orderId: 7,
  clientOrderId: 'hh-1-B1',
  outcome: 'cancelled',
  reason: null,
  cycle: { cycleId: 1, phase: 'selling', isTraded: true, next: 'it sells what was bought' },
};
const filled: CancelledOrder = { ...cancelled, outcome: 'ended-before', status: 'FILLED', cycle: null };
const open: CancelledOrder = { ...cancelled, outcome: 'open', status: 'NEW', reason: 'refused', cycle: null };
const unknown: CancelledOrder = { ...open, outcome: 'unknown', reason: 'no answer' };

const ORDER = 'BUY 20 XRPUSDT at 0.5 (hh-1-B1), 4 of 20 filled';

describe('what became of orders that were to be cancelled', () => {
  it.each([
    [cancelled, `cancelled: ${ORDER}\n  its cycle 1 (selling): it sells what was bought`],
    [filled, `not cancelled, it had ended as FILLED: ${ORDER}`],
    [open, `open still, refused: ${ORDER}`],
    [unknown, `outcome unknown, no answer: ${ORDER}`],
  ])('is told in a line for each', (order, line) => {
    expect(cancelText([order])).toBe(line);
    expect(cancelText([order, filled])).toBe(`${line}\nnot cancelled, it had ended as FILLED: ${ORDER}`);
  });

  it('is a failure when one of them is not cancelled', () => {
    expect(notCancelled([cancelled, cancelled])).toBeNull();
    expect(notCancelled([cancelled, filled])).toBe('1 of 2 not cancelled');
    expect(notCancelled([open, unknown])).toBe('2 of 2 not cancelled');
  });
});
