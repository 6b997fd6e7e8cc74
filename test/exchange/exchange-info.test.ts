import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { parseExchangeInfo, readExchangeInfo } from '../../src/exchange/exchange-info.js';
import { InputError } from '../../src/platform/input-error.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();

const PRICE = { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000', tickSize: '0.01' };
const LOT = { filterType: 'LOT_SIZE', minQty: '0.1', maxQty: '9000', stepSize: '0.1' };

const aSymbol = (given: object = {}) => ({
  symbol: 'AAABBB',
  status: 'TRADING',
  baseAsset: 'AAA',
  baseAssetPrecision: 8,
  quoteAsset: 'BBB',
  quoteAssetPrecision: 8,
  filters: [PRICE, LOT],
  ...given,
});

const parse = (...symbols: readonly unknown[]) => parseExchangeInfo({ symbols }, 'the test');

/** Without the decimals' inner form: what stands in JSON. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('the document was accepted');
}

describe('parseExchangeInfo', () => {
  it('reads the rules of a symbol', () => {
    expect(plain(parse(aSymbol()).get('AAABBB'))).toEqual({
      symbol: 'AAABBB',
      status: 'TRADING',
      baseAsset: 'AAA',
      quoteAsset: 'BBB',
      baseAssetPrecision: 8,
      quoteAssetPrecision: 8,
      priceFilter: { minPrice: '0.01', maxPrice: '1000', tickSize: '0.01' },
      lotSize: { minQty: '0.1', maxQty: '9000', stepSize: '0.1' },
      notional: { filterType: 'MIN_NOTIONAL', minNotional: '0', maxNotional: null },
      isSpotTradingAllowed: true,
      percentPrice: null,
      maxNumOrders: null,
      maxPosition: null,
    });
  });

  it.each([
    {
      filter: { filterType: 'PERCENT_PRICE', multiplierUp: '5', multiplierDown: '0.2', avgPriceMins: 5 },
      want: {
        filterType: 'PERCENT_PRICE',
        bidMultiplierUp: '5',
        bidMultiplierDown: '0.2',
        askMultiplierUp: '5',
        askMultiplierDown: '0.2',
        avgPriceMins: 5,
      },
    },
    {
      filter: {
        filterType: 'PERCENT_PRICE_BY_SIDE',
        bidMultiplierUp: '1.2',
        bidMultiplierDown: '0.2',
        askMultiplierUp: '5',
        askMultiplierDown: '0.8',
        avgPriceMins: 0,
      },
      want: {
        filterType: 'PERCENT_PRICE_BY_SIDE',
        bidMultiplierUp: '1.2',
        bidMultiplierDown: '0.2',
        askMultiplierUp: '5',
        askMultiplierDown: '0.8',
        avgPriceMins: 0,
      },
    },
  ])('reads how far prices may be away by $filter.filterType', ({ filter, want }) => {
    expect(plain(parse(aSymbol({ filters: [filter] })).get('AAABBB')?.percentPrice)).toEqual(want);
  });

  it('reads what an account may have, and whether the symbol is traded spot', () => {
    const filters = [
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
      { filterType: 'MAX_POSITION', maxPosition: '10.00000000' },
    ];
    expect(plain(parse(aSymbol({ filters, isSpotTradingAllowed: false })).get('AAABBB'))).toMatchObject({
      isSpotTradingAllowed: false,
      maxNumOrders: 200,
      maxPosition: '10',
    });
  });

  it.each([
    { name: 'no filters', filters: [] },
    { name: 'no list of filters', filters: undefined },
    {
      name: 'only filters that nobody knows',
      filters: [{ filterType: 'MOON_PHASE', phase: { full: true } }],
    },
  ])('$name: no rules', ({ filters }) => {
    expect(plain(parse(aSymbol({ filters })).get('AAABBB'))).toMatchObject({
      priceFilter: { minPrice: '0', maxPrice: '0', tickSize: '0' },
      lotSize: { minQty: '0', maxQty: '0', stepSize: '0' },
      notional: { filterType: 'MIN_NOTIONAL', minNotional: '0', maxNotional: null },
    });
  });

  it.each([
    {
      filter: {
        filterType: 'MIN_NOTIONAL',
        minNotional: '10.00000000',
        applyToMarket: true,
        avgPriceMins: 5,
      },
      want: { filterType: 'MIN_NOTIONAL', minNotional: '10', maxNotional: null },
    },
    {
      filter: { filterType: 'NOTIONAL', minNotional: '5', maxNotional: '9000000', applyMinToMarket: true },
      want: { filterType: 'NOTIONAL', minNotional: '5', maxNotional: '9000000' },
    },
    {
      filter: { filterType: 'NOTIONAL', minNotional: '5' },
      want: { filterType: 'NOTIONAL', minNotional: '5', maxNotional: null },
    },
  ])('notional rule $want', ({ filter, want }) => {
    expect(plain(parse(aSymbol({ filters: [PRICE, LOT, filter] })).get('AAABBB')?.notional)).toEqual(want);
  });

  it('keeps every symbol, and a status it does not know', () => {
    const symbols = parse(aSymbol(), aSymbol({ symbol: 'CCCBBB', status: 'CANCEL_ONLY', futureField: [1] }));
    expect([...symbols.keys()]).toEqual(['AAABBB', 'CCCBBB']);
    expect(symbols.get('CCCBBB')?.status).toBe('CANCEL_ONLY');
  });

  it.each([
    { name: 'null', json: null, wanted: ['it is null', '`symbols`'] },
    { name: 'a list', json: [], wanted: ['it is a list', '`symbols`'] },
    { name: 'no symbols', json: { timezone: 'UTC' }, wanted: ['symbols is missing', 'a list of symbols'] },
    { name: 'symbols that are no list', json: { symbols: {} }, wanted: ['symbols is an object'] },
  ])('refuses $name', ({ json, wanted }) => {
    const message = refusal(() => parseExchangeInfo(json, 'the test'));
    for (const part of ['the test', ...wanted]) expect(message).toContain(part);
  });

  it.each([
    { name: 'a symbol that is no object', symbol: 7, wanted: ['symbols[1]', 'the number 7'] },
    {
      name: 'a symbol without a name',
      symbol: aSymbol({ symbol: undefined }),
      wanted: ['symbols[1]', 'symbol is missing'],
    },
    {
      name: 'an empty asset',
      symbol: aSymbol({ symbol: 'X', baseAsset: '' }),
      wanted: ['"X"', 'baseAsset is ""'],
    },
    {
      name: 'a precision that is no whole number',
      symbol: aSymbol({ symbol: 'X', quoteAssetPrecision: '8' }),
      wanted: ['"X"', 'quoteAssetPrecision is "8"', 'a whole number from 0'],
    },
    {
      name: 'filters that are no list',
      symbol: aSymbol({ symbol: 'X', filters: {} }),
      wanted: ['"X"', 'filters is an object'],
    },
    {
      name: 'a filter without a type',
      symbol: aSymbol({ symbol: 'X', filters: [PRICE, {}] }),
      wanted: ['"X"', 'filters[1].filterType is missing'],
    },
    {
      name: 'a filter without a field',
      symbol: aSymbol({ symbol: 'X', filters: [{ filterType: 'LOT_SIZE', minQty: '1', maxQty: '2' }] }),
      wanted: ['"X"', 'filters.LOT_SIZE.stepSize is missing'],
    },
    ...['1e-3', '-1', '', 'NaN', '.1'].map((tickSize) => ({
      name: `a tick of "${tickSize}"`,
      symbol: aSymbol({ symbol: 'X', filters: [{ ...PRICE, tickSize }] }),
      wanted: ['"X"', `filters.PRICE_FILTER.tickSize is "${tickSize}"`, 'plain decimal'],
    })),
    {
      name: 'a decimal as a number',
      symbol: aSymbol({ symbol: 'X', filters: [{ filterType: 'NOTIONAL', minNotional: 5 }] }),
      wanted: ['"X"', 'filters.NOTIONAL.minNotional is the number 5', 'plain decimal'],
    },
    { name: 'a symbol twice', symbol: aSymbol(), wanted: ['symbols[1] "AAABBB"', 'twice'] },
  ])('refuses $name', ({ symbol, wanted }) => {
    const message = refusal(() => parse(aSymbol(), symbol));
    for (const part of ['the test', ...wanted]) expect(message).toContain(part);
  });
});

describe('readExchangeInfo', () => {
  const document = JSON.stringify({ symbols: [aSymbol()] });

  it.each([
    { name: 'plain', bytes: Buffer.from(document) },
    { name: 'gzip', bytes: gzipSync(document) },
  ])('$name', async ({ bytes }) => {
    expect([...(await readExchangeInfo(folder.write(bytes, 'info'))).keys()]).toEqual(['AAABBB']);
  });

  it.each([
    { name: 'not JSON', bytes: Buffer.from('<html>'), want: 'is not JSON' },
    { name: 'a truncated gzip', bytes: gzipSync(document).subarray(0, -9), want: 'truncated or corrupt' },
  ])('$name: refused, naming the file', async ({ bytes, want }) => {
    const file = folder.write(bytes);
    const reading = readExchangeInfo(file);
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(file);
    await expect(reading).rejects.toThrow(want);
  });

  it('a missing file is refused, naming it', async () => {
    await expect(readExchangeInfo(folder.path('missing'))).rejects.toThrow('missing: there is no such file');
  });
});

describe('the seed', () => {
  it('holds symbols that are traded, with their rules', async () => {
    const symbols = await readExchangeInfo('seeds/exchange-info.json');
    expect([...symbols.keys()]).toEqual(
      expect.arrayContaining('XRPUSDT ADAUSDT WAVESUSDT ATOMUSDT BTCUSDT ETHUSDT BNBUSDT LTCUSDT'.split(' ')),
    );
    for (const {
      symbol,
      status,
      baseAsset,
      quoteAsset,
      priceFilter,
      lotSize,
      notional,
    } of symbols.values()) {
      expect({ symbol, status }).toEqual({ symbol: `${baseAsset}${quoteAsset}`, status: 'TRADING' });
      for (const rule of [priceFilter.tickSize, lotSize.stepSize, notional.minNotional])
        expect(rule.gt('0')).toBe(true);
    }
    const { priceFilter, lotSize, notional } = symbols.get('XRPUSDT') ?? {};
    expect(plain([priceFilter?.tickSize, lotSize?.stepSize, notional?.minNotional])).toEqual([
      '0.0001',
      '0.01',
      '10',
    ]);
  });
});
