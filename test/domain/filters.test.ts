import { describe, expect, it } from '@jest/globals';
import { brokenPercentPrice, brokenRule } from '../../src/domain/filters.js';
import { aSymbol, decimal, type SymbolFields } from '../../src/testing/index.js';

const LENIENT: SymbolFields = {
  minPrice: '0',
  maxPrice: '0',
  tickSize: '0',
  minQty: '0',
  maxQty: '0',
  stepSize: '0',
  minNotional: '0',
};
const broken = (fields: SymbolFields, price: string, quantity: string): string | null => {
  const error = brokenRule(aSymbol({ ...LENIENT, ...fields }), {
    price: decimal(price),
    quantity: decimal(quantity),
  });
  return error === null ? null : `${error.code} ${error.message}`;
};

const QUANTITY_TOO_PRECISE = "-1111 Parameter 'quantity' has too much precision.";
const PRICE_TOO_PRECISE = "-1111 Parameter 'price' has too much precision.";
const PRICE = '-1013 Filter failure: PRICE_FILTER';
const LOT = '-1013 Filter failure: LOT_SIZE';

// The boundary of every rule, on each side.
describe('brokenRule', () => {
  it.each([
    {
      rule: 'quantity precision',
      fields: { baseAssetPrecision: 2 },
      price: '1',
      quantity: '0.12',
      want: null,
    },
    {
      rule: 'quantity precision',
      fields: { baseAssetPrecision: 2 },
      price: '1',
      quantity: '0.123',
      want: QUANTITY_TOO_PRECISE,
    },
    { rule: 'price precision', fields: { quoteAssetPrecision: 0 }, price: '7', quantity: '1', want: null },
    {
      rule: 'price precision',
      fields: { quoteAssetPrecision: 0 },
      price: '7.1',
      quantity: '1',
      want: PRICE_TOO_PRECISE,
    },
    { rule: 'positive price', fields: {}, price: '0.00000001', quantity: '1', want: null },
    { rule: 'positive price', fields: {}, price: '0', quantity: '1', want: PRICE },
    { rule: 'positive price', fields: {}, price: '-1', quantity: '1', want: PRICE },
    { rule: 'minPrice', fields: { minPrice: '5' }, price: '5', quantity: '1', want: null },
    { rule: 'minPrice', fields: { minPrice: '5' }, price: '4.99999999', quantity: '1', want: PRICE },
    { rule: 'maxPrice', fields: { maxPrice: '5' }, price: '5', quantity: '1', want: null },
    { rule: 'maxPrice', fields: { maxPrice: '5' }, price: '5.00000001', quantity: '1', want: PRICE },
    { rule: 'tickSize', fields: { tickSize: '0.25' }, price: '1.75', quantity: '1', want: null },
    { rule: 'tickSize', fields: { tickSize: '0.25' }, price: '1.8', quantity: '1', want: PRICE },
    { rule: 'positive quantity', fields: {}, price: '1', quantity: '0.00000001', want: null },
    { rule: 'positive quantity', fields: {}, price: '1', quantity: '0', want: LOT },
    { rule: 'minQty', fields: { minQty: '0.1' }, price: '1', quantity: '0.1', want: null },
    { rule: 'minQty', fields: { minQty: '0.1' }, price: '1', quantity: '0.09999999', want: LOT },
    { rule: 'maxQty', fields: { maxQty: '9' }, price: '1', quantity: '9', want: null },
    { rule: 'maxQty', fields: { maxQty: '9' }, price: '1', quantity: '9.00000001', want: LOT },
    { rule: 'stepSize', fields: { stepSize: '3' }, price: '1', quantity: '9', want: null },
    { rule: 'stepSize', fields: { stepSize: '3' }, price: '1', quantity: '10', want: LOT },
    { rule: 'minNotional', fields: { minNotional: '10' }, price: '2.5', quantity: '4', want: null },
    {
      rule: 'minNotional',
      fields: { minNotional: '10' },
      price: '2.5',
      quantity: '3.99999999',
      want: '-1013 Filter failure: MIN_NOTIONAL',
    },
    {
      rule: 'maxNotional',
      fields: { notionalFilter: 'NOTIONAL', maxNotional: '10' },
      price: '2.5',
      quantity: '4',
      want: null,
    },
    {
      rule: 'maxNotional',
      fields: { notionalFilter: 'NOTIONAL', maxNotional: '10' },
      price: '2.5',
      quantity: '4.00000001',
      want: '-1013 Filter failure: NOTIONAL',
    },
  ] as const)('$rule: $quantity at $price -> $want', ({ fields, price, quantity, want }) => {
    expect(broken(fields, price, quantity)).toBe(want);
  });

  it('names the first rule, precision before price, price before lot, lot before notional', () => {
    const strict: SymbolFields = {
      baseAssetPrecision: 1,
      quoteAssetPrecision: 1,
      minPrice: '5',
      minQty: '5',
      minNotional: '100',
    };
    expect(broken(strict, '1.11', '1.11')).toBe(QUANTITY_TOO_PRECISE);
    expect(broken(strict, '1.11', '1')).toBe(PRICE_TOO_PRECISE);
    expect(broken(strict, '1', '1')).toBe(PRICE);
    expect(broken(strict, '5', '1')).toBe(LOT);
    expect(broken(strict, '5', '5')).toBe('-1013 Filter failure: MIN_NOTIONAL');
  });
});

describe('brokenPercentPrice', () => {
  const percentPrice = {
    filterType: 'PERCENT_PRICE_BY_SIDE',
    bidMultiplierUp: decimal('1.2'),
    bidMultiplierDown: decimal('0.5'),
    askMultiplierUp: decimal('3'),
    askMultiplierDown: decimal('0.9'),
    avgPriceMins: 5,
  } as const;
  const tooFar = { code: -1013, message: 'Filter failure: PERCENT_PRICE_BY_SIDE' };
  it.each([
    { side: 'BUY', price: '120', want: null },
    { side: 'BUY', price: '120.00000001', want: tooFar },
    { side: 'BUY', price: '50', want: null },
    { side: 'BUY', price: '49.99999999', want: tooFar },
    { side: 'SELL', price: '300', want: null },
    { side: 'SELL', price: '300.00000001', want: tooFar },
    { side: 'SELL', price: '90', want: null },
    { side: 'SELL', price: '89.99999999', want: tooFar },
  ] as const)('$side at $price, reference 100: $want.message', ({ side, price, want }) => {
    const order = { side, price: decimal(price) };
    expect(brokenPercentPrice(aSymbol({ percentPrice }), order, decimal('100'))).toEqual(want);
    expect(brokenPercentPrice(aSymbol(), order, decimal('100'))).toBeNull();
  });
});
