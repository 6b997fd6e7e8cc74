import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DOCUMENT, error, OTHER, RestSimulator, START_MS } from '../../../support/rest-simulator.js';

const HOUR = 60 * 60_000;
let simulator: RestSimulator;

describe('the account', () => {
  beforeEach(async () => {
    simulator = await RestSimulator.start();
  });
  afterEach(() => simulator.stop());

  it('has balances, rates and rights', async () => {
    const rates = { maker: '0.00100000', taker: '0.00100000', buyer: '0.00000000', seller: '0.00000000' };
    const none = '0.00000000';
    expect((await simulator.signed('GET account')).body).toEqual({
      ...{ makerCommission: 10, takerCommission: 10, buyerCommission: 0, sellerCommission: 0 },
      commissionRates: rates,
      ...{ canTrade: true, canWithdraw: false, canDeposit: false, brokered: false },
      ...{ requireSelfTradePrevention: false, preventSor: false },
      ...{ updateTime: 0, accountType: 'SPOT' },
      balances: [
        { asset: 'BNB', free: none, locked: none },
        { asset: 'BTC', free: '2.00000000', locked: none },
        { asset: 'USDT', free: '1000.00000000', locked: none },
        { asset: 'XRP', free: '10.00000000', locked: none },
      ],
      permissions: ['SPOT'],
      uid: 1,
    });
    const { body } = await simulator.signed('GET account', { omitZeroBalances: 'true' }, OTHER);
    expect(body).toMatchObject({
      balances: [{ asset: 'BTC' }, { asset: 'USDT' }, { asset: 'XRP' }],
      uid: 2,
    });
    expect((await simulator.signed('GET account/commission', { symbol: 'BTCUSDT' })).body).toMatchObject({
      symbol: 'BTCUSDT',
      standardCommission: rates,
      specialCommission: { maker: none, taker: none, buyer: none, seller: none },
      taxCommission: { maker: none, taker: none, buyer: none, seller: none },
      discount: { enabledForAccount: false, discountAsset: 'BNB' },
    });
  });

  it('shows what is locked entirely also when zero balances are left out', async () => {
    await simulator.order({ side: 'SELL', quantity: '2', price: '200' });
    const { body } = await simulator.signed('GET account', { omitZeroBalances: 'true' });
    expect(body.balances[0]).toEqual({ asset: 'BTC', free: '0.00000000', locked: '2.00000000' });
  });

  it('is up to date at its last change', async () => {
    simulator.clock.advance(5);
    await simulator.order();
    expect((await simulator.signed('GET account')).body.updateTime).toBe(START_MS + 5);
    const micro = { headers: { 'X-MBX-TIME-UNIT': 'MICROSECOND' } };
    expect((await simulator.signed('GET account', {}, micro)).body.updateTime).toBe((START_MS + 5) * 1_000);
    expect((await simulator.signed('GET account', {}, OTHER)).body.updateTime).toBe(0);
  });

  it('has the filters of the symbol', async () => {
    const { body } = await simulator.signed('GET myFilters', { symbol: 'BTCUSDT' });
    expect(body).toEqual({
      exchangeFilters: [],
      symbolFilters: DOCUMENT.symbols[0]?.filters,
      assetFilters: [],
    });
    expect((await simulator.signed('GET myFilters', { symbol: 'NOPE' })).body.code).toBe(-1121);
  });

  it('pays commission of what it receives', async () => {
    await simulator.order({ quantity: '1' });
    await simulator.order({ side: 'SELL', quantity: '0.5', price: '120' });
    await simulator.trade('99', '1');
    await simulator.trade('121', '1');
    const { body } = await simulator.signed('GET account', { omitZeroBalances: 'true' });
    expect(body.balances).toMatchObject([
      { asset: 'BTC', free: '2.49900000', locked: '0.00000000' },
      { asset: 'USDT', free: '959.94000000', locked: '0.00000000' },
      { asset: 'XRP' },
    ]);
  });
});

describe('orders and trades of the account', () => {
  beforeAll(async () => {
    simulator = await RestSimulator.start();
    await simulator.order({ quantity: '1', price: '100', newClientOrderId: 'a' });
    await simulator.order({ quantity: '1', price: '100' }, OTHER);
    await simulator.trade('99', '2');
    simulator.clock.advance(HOUR);
    await simulator.order({ quantity: '1', price: '90', newClientOrderId: 'c' });
    simulator.clock.advance(HOUR);
    await simulator.trade('89', '0.25');
    await simulator.trade('89', '0.25');
    await simulator.order({ quantity: '1', price: '80', newClientOrderId: 'd' });
  });
  afterAll(() => simulator.stop());
  const ids = async (path: string, given: object) => {
    const { body } = await simulator.signed(`GET ${path}`, { symbol: 'BTCUSDT', ...given });
    return Array.isArray(body)
      ? body.map((row: { id?: number; orderId: number }) => row.id ?? row.orderId)
      : body;
  };

  it('all orders are there, the newest unless it is said where to begin', async () => {
    expect(await ids('allOrders', {})).toEqual([1, 3, 4]);
    expect(await ids('allOrders', { limit: 2 })).toEqual([3, 4]);
    expect(await ids('allOrders', { orderId: 2 })).toEqual([3, 4]);
    expect(await ids('allOrders', { orderId: 1, limit: 2 })).toEqual([1, 3]);
    expect(await ids('allOrders', { startTime: START_MS + 1 })).toEqual([3, 4]);
    expect(await ids('allOrders', { startTime: START_MS, limit: 1 })).toEqual([1]);
    expect(await ids('allOrders', { endTime: START_MS + HOUR, limit: 1 })).toEqual([3]);
    expect(await ids('allOrders', { startTime: START_MS + HOUR, endTime: START_MS + HOUR })).toEqual([3]);
  });

  it('times may be a day apart, not more', async () => {
    const apart = (ms: number) => ({ startTime: START_MS, endTime: START_MS + ms });
    for (const path of ['allOrders', 'myTrades']) {
      expect(await ids(path, apart(24 * HOUR))).toHaveLength(3);
      expect(await ids(path, apart(24 * HOUR + 1))).toEqual({
        code: -1127,
        msg: 'More than 24 hours between startTime and endTime.',
      });
    }
  });

  it('a partly filled order shows what it cost', async () => {
    const { body } = await simulator.signed('GET order', { symbol: 'BTCUSDT', origClientOrderId: 'c' });
    expect(body).toMatchObject({
      ...{ status: 'PARTIALLY_FILLED', origQty: '1.00000000', executedQty: '0.50000000' },
      ...{ cummulativeQuoteQty: '45.00000000', time: START_MS + HOUR, updateTime: START_MS + 2 * HOUR },
    });
  });

  it('a trade has its price, its commission and its order', async () => {
    const { body } = await simulator.signed('GET myTrades', { symbol: 'BTCUSDT', orderId: 3, fromId: 4 });
    expect(body[0]).toEqual({
      ...{ symbol: 'BTCUSDT', id: 5, orderId: 3, orderListId: -1 },
      ...{ price: '90.00000000', qty: '0.25000000', quoteQty: '22.50000000' },
      ...{ commission: '0.00025000', commissionAsset: 'BTC', time: START_MS + 2 * HOUR },
      ...{ isBuyer: true, isMaker: true, isBestMatch: true },
    });
  });

  it('trades are chosen in the ways that go together', async () => {
    expect(await ids('myTrades', {})).toEqual([2, 5, 7]);
    expect(await ids('myTrades', { limit: 1 })).toEqual([7]);
    expect(await ids('myTrades', { orderId: 3 })).toEqual([5, 7]);
    expect(await ids('myTrades', { orderId: 3, fromId: 6 })).toEqual([7]);
    expect(await ids('myTrades', { fromId: 3, limit: 1 })).toEqual([5]);
    expect(await ids('myTrades', { startTime: START_MS + 1, limit: 1 })).toEqual([5]);
    expect(await ids('myTrades', { endTime: START_MS + 1 })).toEqual([2]);
    expect(await ids('myTrades', { startTime: START_MS, endTime: START_MS + HOUR })).toEqual([2]);
    const refused = { code: -1128, msg: 'Combination of optional parameters invalid.' };
    for (const given of [
      { orderId: 1, startTime: START_MS },
      { fromId: 1, startTime: START_MS },
      { fromId: 1, endTime: START_MS },
      { orderId: 1, fromId: 1, startTime: START_MS, endTime: START_MS },
      { orderId: 1, startTime: START_MS, endTime: START_MS },
    ])
      expect(await ids('myTrades', given)).toEqual(refused);
  });

  it('open orders are those of one symbol or of all', async () => {
    await simulator.order({ symbol: 'XRPUSDT', quantity: '10', price: '1' });
    const open = async (given: Readonly<Record<string, string>>) =>
      (await simulator.signed('GET openOrders', given)).body.map(
        (row: { symbol: string; orderId: number }) => `${row.symbol} ${row.orderId}`,
      );
    expect(await open({})).toEqual(['BTCUSDT 3', 'BTCUSDT 4', 'XRPUSDT 1']);
    expect(await open({ symbol: 'XRPUSDT' })).toEqual(['XRPUSDT 1']);
    expect(await simulator.signed('GET openOrders', { symbol: 'NOPE' })).toMatchObject(
      error(-1121, 'Invalid symbol.'),
    );
  });
});

describe('what the simulator does not do', () => {
  beforeAll(async () => {
    simulator = await RestSimulator.start();
  });
  afterAll(() => simulator.stop());

  it.each([
    ['POST order/cancelReplace', -2010, 'Order cancel-replace is not supported for this symbol.'],
    ['PUT order/amend/keepPriority', -2038, 'Order amend is not supported for this symbol.'],
    ['POST orderList/oco', -1020, 'This operation is not supported.'],
    ['POST sor/order', -1020, 'This operation is not supported.'],
  ])('%s is refused with %d', async (endpoint, code, msg) => {
    expect(await simulator.signed(endpoint, { symbol: 'BTCUSDT', any: 'thing' })).toMatchObject(
      error(code, msg),
    );
    expect((await simulator.signed(endpoint, {}, { apiKey: 'short' })).body.code).toBe(-2014);
  });

  it('listen keys are gone', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await simulator.raw(method, '/api/v3/userDataStream');
      expect(answer.status).toBe(410);
      expect(answer.headers.get('content-type')).toBe('text/html');
      expect(answer.text).toContain('<h1>410 Gone</h1>');
    }
  });

  it('an unknown path is 404, with a page only for whoever can show one', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/api/v3/constructor'],
      ['PATCH', '/api/v3/order'],
    ] as const) {
      expect(await simulator.raw(method, path)).toMatchObject({ status: 404, text: '' });
      const answer = await simulator.raw(method, path, { headers: { accept: 'text/html' } });
      expect(answer.text).toContain('404');
    }
  });
});
