import { describe, expect, it } from '@jest/globals';
import {
  aMarket,
  binanceClients,
  closeClientsAfterEach,
  KEYS,
  type Key,
} from '../../../support/published-clients.js';
import { type Json, stopSimulatorsAfterEach } from '../../../support/simulator.js';
import { until } from '../../../support/until.js';

closeClientsAfterEach();
stopSimulatorsAfterEach();

const LIMIT = { symbol: 'XRPUSDT', type: 'LIMIT', timeInForce: 'GTC' } as const;
const BUY = { ...LIMIT, side: 'BUY', quantity: 100, price: 0.5 } as const;
const SELL = { ...LIMIT, side: 'SELL', quantity: 30, price: 0.7 } as const;
const XRPUSDT = { symbol: 'XRPUSDT' };

describe.each(KEYS)('the client `binance` with a key of $kind, over REST', (key: Key) => {
  it('reads the rules, trades, and sees what became of it', async () => {
    const { port, goOn } = await aMarket();
    const { rest } = binanceClients(port, key);
    const balances = async () => {
      const account = await rest.getAccountInformation({ omitZeroBalances: true });
      const of = (asset: string) => {
        const found = account.balances.find((balance) => balance.asset === asset);
        return [found?.free, found?.locked];
      };
      return { XRP: of('XRP'), USDT: of('USDT') };
    };
    const info = await rest.getExchangeInfo({ symbols: ['BTCUSDT', 'XRPUSDT'] });
    expect(info.symbols.map(({ symbol, status }) => [symbol, status])).toEqual([
      ['BTCUSDT', 'TRADING'],
      ['XRPUSDT', 'TRADING'],
    ]);
    expect(await balances()).toEqual({ XRP: [100_000, 0], USDT: [100_000, 0] });

    const bought = await rest.submitNewOrder({ ...BUY, newOrderRespType: 'FULL' });
    const sold = await rest.submitNewOrder(SELL);
    expect(bought).toMatchObject({ status: 'NEW', executedQty: 0, fills: [] });
    expect((await rest.getOpenOrders(XRPUSDT)).map(({ orderId }) => orderId)).toEqual([
      bought.orderId,
      sold.orderId,
    ]);
    expect(await balances()).toEqual({ XRP: [99_970, 30], USDT: [99_950, 50] });

    await goOn();
    const byId = await rest.getOrder({ ...XRPUSDT, orderId: bought.orderId });
    expect(byId).toMatchObject({ status: 'PARTIALLY_FILLED', executedQty: 40 });
    expect(await rest.getOrder({ ...XRPUSDT, origClientOrderId: bought.clientOrderId })).toEqual(byId);
    expect(await balances()).toEqual({ XRP: [100_009.96, 30], USDT: [99_950, 30] });

    const cancelled = await rest.cancelOrder({ ...XRPUSDT, orderId: sold.orderId });
    expect(cancelled).toMatchObject({ status: 'CANCELED', origClientOrderId: sold.clientOrderId });
    await goOn();
    expect(await rest.getOpenOrders(XRPUSDT)).toEqual([]);
    expect(await balances()).toEqual({ XRP: [100_099.9, 0], USDT: [99_950, 0] });
    expect((await rest.getAllOrders(XRPUSDT)).map(({ status }) => status)).toEqual(['FILLED', 'CANCELED']);

    const soldInPart = await rest.submitNewOrder(SELL);
    await goOn();
    expect(await rest.cancelOrder({ ...XRPUSDT, orderId: soldInPart.orderId })).toMatchObject({
      ...{ status: 'CANCELED', origQty: 30, executedQty: 10 },
    });
    expect(await balances()).toEqual({ XRP: [100_089.9, 0], USDT: [99_956.993, 0] });

    const ofBuy = {
      orderId: bought.orderId,
      isBuyer: true,
      isMaker: true,
      price: 0.5,
      commissionAsset: 'XRP',
    };
    const ofSale = { orderId: soldInPart.orderId, isBuyer: false, price: 0.7, commissionAsset: 'USDT' };
    expect(await rest.getAccountTradeList(XRPUSDT)).toMatchObject([
      { ...ofBuy, id: 3, qty: 40, commission: 0.04 },
      { ...ofBuy, id: 5, qty: 60, commission: 0.06 },
      { ...ofSale, id: 7, qty: 10, commission: 0.007 },
    ]);
    expect((await rest.getRecentTrades(XRPUSDT)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is told what was wrong', async () => {
    const { rest } = binanceClients((await aMarket()).port, key);
    await expect(rest.submitNewOrder({ ...BUY, quantity: 900_000 })).rejects.toMatchObject({
      code: -2010,
      message: 'Account has insufficient balance for requested action.',
    });
    await expect(rest.cancelOrder({ ...XRPUSDT, orderId: 77 })).rejects.toMatchObject({ code: -2011 });
    await expect(rest.getOrder({ ...XRPUSDT, orderId: 77 })).rejects.toMatchObject({ code: -2013 });
  });

  it('a secret that is not that of the key is refused', async () => {
    const { port } = await aMarket();
    const other = KEYS.find(({ kind }) => kind !== key.kind);
    if (other === undefined) throw new Error('there is no other key');
    const { rest } = binanceClients(port, { ...key, secret: other.secret });
    await expect(rest.getAccountInformation()).rejects.toMatchObject({ code: -1022 });
  });
});

describe.each(KEYS)('the client `binance` with a key of $kind, over WebSockets', (key: Key) => {
  it('is told every trade, and whatever becomes of its orders and balances', async () => {
    const { port, goOn } = await aMarket();
    const { streams, api, told, userData } = binanceClients(port, key);
    await streams.subscribe('xrpusdt@trade', 'main');
    await until(() => told.responses.length === 1);
    const subscribed: Json = await api.subscribeUserDataStream('mainWSAPI');
    expect(subscribed.result).toEqual({ subscriptionId: 0 });

    const place = async (order: typeof BUY | typeof SELL): Promise<Json> => {
      const { quantity, price, ...rest } = order;
      const request = { ...rest, quantity: `${quantity}`, price: `${price}`, timestamp: Date.now() };
      return (await api.submitNewSpotOrder(request)).result;
    };
    const bought = await place(BUY);
    const sold = await place(SELL);
    await goOn();
    await until(() => userData.raw.length >= 6);
    const ofSold = { ...XRPUSDT, orderId: sold.orderId, timestamp: Date.now() };
    expect((await api.cancelSpotOrder(ofSold)).result).toMatchObject({ status: 'CANCELED' });
    await goOn();
    await until(() => userData.raw.length >= 10 && told.raw.length >= 4);

    const [buy, sell] = [
      { i: bought.orderId, S: 'BUY' },
      { i: sold.orderId, S: 'SELL' },
    ];
    const buyFill = { ...buy, x: 'TRADE', L: '0.50000000', N: 'XRP', m: true };
    expect(userData.raw.filter(({ e }) => e === 'executionReport')).toMatchObject([
      { ...buy, x: 'NEW', X: 'NEW', c: bought.clientOrderId, q: '100.00000000', p: '0.50000000', t: -1 },
      { ...sell, x: 'NEW', X: 'NEW', c: sold.clientOrderId, q: '30.00000000', p: '0.70000000', w: true },
      {
        ...buyFill,
        X: 'PARTIALLY_FILLED',
        t: 3,
        l: '40.00000000',
        z: '40.00000000',
        n: '0.04000000',
        w: true,
      },
      { ...sell, x: 'CANCELED', X: 'CANCELED', C: sold.clientOrderId, l: '0.00000000', N: null, w: false },
      { ...buyFill, X: 'FILLED', t: 5, l: '60.00000000', z: '100.00000000', n: '0.06000000', w: false },
    ]);
    const positions = userData.raw.filter(({ e }) => e === 'outboundAccountPosition');
    const free = (f: string, l = '0.00000000') => ({ f, l });
    expect(positions.map(({ B }) => Object.fromEntries(B.map(({ a, ...rest }: Json) => [a, rest])))).toEqual([
      { XRP: free('100000.00000000'), USDT: free('99950.00000000', '50.00000000') },
      { XRP: free('99970.00000000', '30.00000000'), USDT: free('99950.00000000', '50.00000000') },
      { XRP: free('100009.96000000', '30.00000000'), USDT: free('99950.00000000', '30.00000000') },
      { XRP: free('100039.96000000'), USDT: free('99950.00000000', '30.00000000') },
      { XRP: free('100099.90000000'), USDT: free('99950.00000000') },
    ]);

    const trades = [
      { t: 2, p: '0.49990000', q: '40.00000000' },
      { t: 3, p: '0.50000000', q: '40.00000000' },
      { t: 4, p: '0.49980000', q: '1000.00000000' },
      { t: 5, p: '0.50000000', q: '60.00000000' },
    ];
    expect(told.raw).toMatchObject(trades.map((trade) => ({ ...trade, streamName: 'xrpusdt@trade' })));
    expect(told.worded).toMatchObject(
      trades.map(({ t, p, q }) => ({
        eventType: 'trade',
        tradeId: t,
        price: Number(p),
        quantity: Number(q),
      })),
    );
    expect(userData.worded.at(-2)).toMatchObject({
      orderStatus: 'FILLED',
      tradeId: 5,
      lastTradeQuantity: 60,
    });
    expect([...told.exceptions, ...userData.exceptions]).toEqual([]);
  });

  it('asks about its orders and its account, and is told what was wrong', async () => {
    const { port } = await aMarket();
    const { api } = binanceClients(port, key);
    const now = () => ({ timestamp: Date.now() });
    const order = { ...LIMIT, side: 'BUY', quantity: '100', price: '0.5' } as const;
    const placed = (await api.submitNewSpotOrder({ ...order, ...now() })).result;
    const ofPlaced = { ...XRPUSDT, orderId: placed.orderId };
    const { result: found } = await api.getSpotOrderStatus({ ...ofPlaced, ...now() });
    expect(found).toMatchObject({ ...ofPlaced, status: 'NEW', clientOrderId: placed.clientOrderId });
    const { clientOrderId: origClientOrderId } = placed;
    expect((await api.getSpotOrderStatus({ ...XRPUSDT, origClientOrderId, ...now() })).result).toEqual(found);
    expect((await api.getSpotOpenOrders({ ...XRPUSDT, ...now() })).result).toEqual([found]);
    const { result: account } = await api.getSpotAccountInformation(now());
    const usdt = { asset: 'USDT', free: '99950.00000000', locked: '50.00000000' };
    expect(account.balances).toContainEqual(usdt);
    await expect(api.submitNewSpotOrder({ ...order, quantity: '900000', ...now() })).rejects.toMatchObject({
      status: 400,
      error: { code: -2010, msg: 'Account has insufficient balance for requested action.' },
    });
  });
});

describe('the client `binance` of old times', () => {
  it('gets no listen key any more', async () => {
    const { rest } = binanceClients((await aMarket()).port, KEYS[0]);
    await expect(rest.getSpotUserDataListenKey()).rejects.toMatchObject({
      body: expect.stringContaining('410 Gone'),
    });
  });
});

describe('sessions of the client `binance`', () => {
  it('it logs on with Ed25519, and signs every request with other keys', async () => {
    const { port } = await aMarket();
    const sessions = KEYS.map(async (key) => {
      const { api } = binanceClients(port, key);
      await api.subscribeUserDataStream('mainWSAPI');
      const status: Json = await api.getWSClient().sendWSAPIRequest('mainWSAPI', 'session.status');
      return status.result;
    });
    expect(await Promise.all(sessions)).toMatchObject([
      { apiKey: null, userDataStream: false },
      { apiKey: KEYS[1].apiKey, userDataStream: true },
      { apiKey: null, userDataStream: false },
    ]);
  });
});
