import { describe, expect, it } from '@jest/globals';
import { brokenRule } from '../../src/domain/filters.js';
import {
  anExecutionReport,
  anOrder,
  aSymbol,
  aTradeEvent,
  decimal,
  someSettings,
} from '../../src/testing/index.js';

describe('builders', () => {
  it('take decimals as text and leave the rest as it is', () => {
    expect(aTradeEvent({ price: '0.4319', tradeId: 7 })).toEqual({
      ...aTradeEvent(),
      price: decimal('0.4319'),
      tradeId: 7,
    });
    expect(someSettings({ budget: '5', chunks: 1 })).toEqual({
      ...someSettings(),
      budget: decimal('5'),
      chunks: 1,
    });
    expect(anExecutionReport({ commission: '0.1', commissionAsset: 'BNB' })).toMatchObject({
      commission: decimal('0.1'),
      commissionAsset: 'BNB',
    });
    expect(anOrder({ executedQuantity: '1', clientOrderId: '1' })).toMatchObject({
      executedQuantity: decimal('1'),
      clientOrderId: '1',
    });
  });

  it('fit together: the order is legal on the symbol, and the report is about the order', () => {
    expect(brokenRule(aSymbol(), anOrder())).toBeNull();
    const { orderId, clientOrderId, price, quantity, symbol, side } = anOrder();
    expect(anExecutionReport()).toMatchObject({ orderId, clientOrderId, price, quantity, symbol, side });
    expect(aTradeEvent().symbol).toBe(aSymbol().symbol);
  });

  it('take the rules of a symbol one by one', () => {
    expect(aSymbol({ maxNotional: '9', notionalFilter: 'NOTIONAL', tickSize: '0' })).toEqual({
      ...aSymbol(),
      priceFilter: { ...aSymbol().priceFilter, tickSize: decimal('0') },
      notional: { filterType: 'NOTIONAL', minNotional: decimal('10'), maxNotional: decimal('9') },
    });
  });

  it('refuse text that is no decimal', () => {
    expect(() => aTradeEvent({ price: 'cheap' })).toThrow('[big.js] Invalid number');
  });
});
