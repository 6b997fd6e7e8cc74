import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BINANCE_LIMITS } from '../../../../src/exchange/simulator/api/rate-limits.js';
import {
  DOCUMENT,
  error,
  NON_ASCII,
  OTHER,
  RestSimulator,
  START_MS,
} from '../../../support/rest-simulator.js';

let simulator: RestSimulator;

describe('without trades', () => {
  beforeEach(async () => {
    simulator = await RestSimulator.start();
  });
  afterEach(() => simulator.stop());

  it('ping and time answer', async () => {
    expect((await simulator.get('ping')).body).toEqual({});
    expect((await simulator.get('time')).body).toEqual({ serverTime: START_MS });
    const { body } = await simulator.get('time', {}, { 'X-MBX-TIME-UNIT': 'microsecond' });
    expect(body).toEqual({ serverTime: START_MS * 1_000 });
    expect(await simulator.get('time', {}, { 'X-MBX-TIME-UNIT': 'SECOND' })).toMatchObject(
      error(-1194, 'Invalid value for time unit; expected either MICROSECOND or MILLISECOND.'),
    );
  });

  it.each(['trades', 'historicalTrades', 'aggTrades'])('%s is an empty list', async (path) => {
    expect((await simulator.get(path, { symbol: 'BTCUSDT' })).body).toEqual([]);
    expect(await simulator.get(path, { symbol: 'NOPE' })).toMatchObject(error(-1121, 'Invalid symbol.'));
  });

  it('there is no price', async () => {
    const { body } = await simulator.get('ticker/price', { symbol: 'BTCUSDT' });
    expect(body).toEqual({ symbol: 'BTCUSDT', price: '0.00000000' });
    expect((await simulator.get('klines', { symbol: 'BTCUSDT', interval: '1m' })).body).toEqual([]);
  });

  describe('exchangeInfo', () => {
    const symbolsOf = async (given: Readonly<Record<string, string>>) =>
      (await simulator.get('exchangeInfo', given)).body.symbols.map(
        ({ symbol }: { symbol: string }) => symbol,
      );

    it('serves the document it was started with, and its own time and limits', async () => {
      const { body } = await simulator.get('exchangeInfo', { symbol: 'BTCUSDT' });
      expect(body).toEqual({
        timezone: 'UTC',
        serverTime: START_MS,
        rateLimits: BINANCE_LIMITS.limits,
        exchangeFilters: [],
        symbols: [DOCUMENT.symbols[0]],
      });
    });

    it('chooses by symbol, symbols, permission and status', async () => {
      expect(await symbolsOf({})).toEqual(['BTCUSDT', 'XRPUSDT', 'ETHUSDT', NON_ASCII]);
      expect(await symbolsOf({ symbols: `["XRPUSDT","${NON_ASCII}"]` })).toEqual(['XRPUSDT', NON_ASCII]);
      expect(await symbolsOf({ permissions: 'TRD_GRP_003' })).toEqual(['LEVUSDT']);
      expect(await symbolsOf({ permissions: '["TRD_GRP_003","SPOT"]' })).toHaveLength(5);
      expect(await symbolsOf({ symbolStatus: 'HALT' })).toEqual(['ETHUSDT']);
    });

    it.each([
      [{ symbol: 'NOPE' }, -1121],
      [{ symbols: '["BTCUSDT","NOPE"]' }, -1121],
      [{ symbols: '["BTCUSDT","BTCUSDT"]' }, -1151],
      [{ symbols: 'BTCUSDT' }, -1130],
      [{ symbols: '["BTCUSDT"' }, -1130],
      [{ symbols: '[1]' }, -1130],
      [{ symbol: 'BTCUSDT', symbols: '["BTCUSDT"]' }, -1128],
      [{ symbol: 'BTCUSDT', permissions: 'SPOT' }, -1128],
      [{ symbolStatus: 'OPEN' }, -1122],
    ])('refuses %j', async (given, code) => {
      const answer = await simulator.get('exchangeInfo', given);
      expect(answer).toMatchObject({ status: 400, body: { code } });
    });

    it('has no limit of raw requests for whoever asks by WebSocket', async () => {
      const reply = await simulator.api.call({
        ...{ endpoint: 'GET /api/v3/exchangeInfo', params: new Map([['symbol', 'BTCUSDT']]) },
        ...{ credentials: null, via: 'ws', client: 'a' },
      });
      const rateLimits = BINANCE_LIMITS.limits.slice(0, 3);
      expect(reply).toMatchObject({ kind: 'ok', body: { rateLimits } });
    });

    it('leaves the permission sets out when asked to', async () => {
      const { body } = await simulator.get('exchangeInfo', {
        symbol: 'BTCUSDT',
        showPermissionSets: 'false',
      });
      expect(body.symbols[0]).toEqual({ ...DOCUMENT.symbols[0], permissionSets: [] });
    });
  });
});

describe('after trades', () => {
  beforeAll(async () => {
    simulator = await RestSimulator.start();
    await simulator.trade('100', '1');
    simulator.clock.advance(1_000);
    await simulator.trade('101.5', '0.25', 'BTCUSDT', true);
    simulator.clock.advance(1_000);
    await simulator.trade('99', '2');
    await simulator.trade('0.5', '10', 'XRPUSDT');
  });
  afterAll(() => simulator.stop());
  const ids = async (path: string, given: Readonly<Record<string, string | number>>) =>
    (await simulator.get(path, { symbol: 'BTCUSDT', ...given })).body.map(
      (row: { id?: number; a?: number }) => row.id ?? row.a,
    );

  it('trades and historicalTrades show them', async () => {
    const { body } = await simulator.get('trades', { symbol: 'BTCUSDT', limit: 2 });
    expect(body[0]).toEqual({
      id: 2,
      price: '101.50000000',
      qty: '0.25000000',
      quoteQty: '25.37500000',
      time: START_MS + 1_000,
      isBuyerMaker: true,
      isBestMatch: true,
    });
    expect(await ids('historicalTrades', {})).toEqual([1, 2, 3]);
    expect(await ids('historicalTrades', { fromId: 2 })).toEqual([2, 3]);
    expect(await ids('historicalTrades', { fromId: 1, limit: 2 })).toEqual([1, 2]);
    expect(await ids('historicalTrades', { fromId: 9 })).toEqual([]);
    expect(await ids('trades', { limit: 5_000 })).toEqual([1, 2, 3]);
  });

  it('aggTrades has one row for each', async () => {
    const { body } = await simulator.get('aggTrades', { symbol: 'BTCUSDT', fromId: 2, limit: 1 });
    expect(body).toEqual([
      {
        ...{ a: 2, p: '101.50000000', q: '0.25000000', f: 2, l: 2 },
        ...{ T: START_MS + 1_000, m: true, M: true },
      },
    ]);
    expect(await ids('aggTrades', { limit: 2 })).toEqual([2, 3]);
    expect(await ids('aggTrades', { startTime: START_MS, limit: 2 })).toEqual([1, 2]);
    expect(await ids('aggTrades', { endTime: START_MS + 1_000, limit: 1 })).toEqual([2]);
    expect(await ids('aggTrades', { startTime: START_MS + 1, endTime: START_MS + 1_999 })).toEqual([2]);
    expect(await ids('aggTrades', { startTime: (START_MS + 2_000) * 1_000 })).toEqual([3]);
    expect((await simulator.get('aggTrades', { symbol: 'BTCUSDT', fromId: 1, endTime: 5 })).body.code).toBe(
      -1128,
    );
  });

  it('avgPrice is weighted by volume, cut to eight decimals', async () => {
    const { body } = await simulator.get('avgPrice', { symbol: 'BTCUSDT' });
    // (100 + 25.375 + 198) / 3.25
    expect(body).toEqual({ mins: 5, price: '99.50000000', closeTime: START_MS + 2_000 });
  });

  it('ticker/price is the last price, a list unless one symbol is named', async () => {
    const row = { symbol: 'BTCUSDT', price: '99.00000000' };
    expect((await simulator.get('ticker/price', { symbol: 'BTCUSDT' })).body).toEqual(row);
    expect((await simulator.get('ticker/price', { symbols: '["BTCUSDT"]' })).body).toEqual([row]);
    expect((await simulator.get('ticker/price')).body).toHaveLength(DOCUMENT.symbols.length);
    expect((await simulator.get('ticker/price', { symbolStatus: 'HALT' })).body).toHaveLength(1);
    expect((await simulator.get('ticker/price', { symbolStatus: 'OPEN' })).body.code).toBe(-1122);
    expect(await simulator.get('ticker/price', { symbol: 'BTCUSDT', symbolStatus: 'HALT' })).toMatchObject(
      error(-1220, "The symbol's status does not match the requested symbolStatus."),
    );
  });

  it('ticker/bookTicker has the best orders of all accounts, and the last price where there are none', async () => {
    await simulator.order({ price: '90', quantity: '1' });
    await simulator.order({ price: '95', quantity: '0.5' });
    await simulator.order({ price: '95', quantity: '0.25' }, OTHER);
    expect((await simulator.get('ticker/bookTicker', { symbol: 'BTCUSDT' })).body).toEqual({
      symbol: 'BTCUSDT',
      ...{ bidPrice: '95.00000000', bidQty: '0.75000000' },
      ...{ askPrice: '99.00000000', askQty: '0.00000000' },
    });
    await simulator.order({ side: 'SELL', price: '120', quantity: '0.5' });
    await simulator.order({ side: 'SELL', price: '110', quantity: '0.5' });
    expect((await simulator.get('ticker/bookTicker', { symbols: '["BTCUSDT"]' })).body).toMatchObject([
      { askPrice: '110.00000000', askQty: '0.50000000' },
    ]);
  });

  it('our own fills are public trades too, numbered with the others', async () => {
    await simulator.order({ symbol: NON_ASCII, price: '50', quantity: '1' });
    await simulator.trade('49', '3', NON_ASCII);
    const { body } = await simulator.get('trades', { symbol: NON_ASCII });
    expect(body).toMatchObject([
      { id: 1, price: '49.00000000', qty: '3.00000000' },
      { id: 2, price: '50.00000000', qty: '1.00000000', isBuyerMaker: true },
    ]);
    const { body: mine } = await simulator.signed('GET myTrades', { symbol: NON_ASCII });
    expect(mine).toMatchObject([{ id: 2 }]);
  });
});
