import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
// Published as CommonJS, which has no names to import from.
import binance from 'binance';
// ccxt's own index loads every exchange that there is.
import CcxtBinance from '../../../node_modules/ccxt/js/src/binance.js';
import { systemClock } from '../../../src/platform/system-clock.js';
import { DEMO, RestSimulator } from '../../support/rest-simulator.js';

let simulator: RestSimulator;
let origin: string;
beforeEach(async () => {
  simulator = await RestSimulator.start({ serverClock: systemClock });
  origin = `http://127.0.0.1:${simulator.server.port}`;
  await simulator.trade('101', '1');
});
afterEach(() => simulator.stop());

describe('the client `binance`', () => {
  const client = () =>
    new binance.MainClient({
      ...{ api_key: DEMO.apiKey, api_secret: DEMO.secret },
      ...{ baseUrl: origin, disableTimeSync: true },
    });

  it('reads the symbols, trades, and sees what became of it', async () => {
    const main = client();
    expect(await main.testConnectivity()).toEqual({});
    const info = await main.getExchangeInfo({ symbols: ['BTCUSDT', 'XRPUSDT'] });
    expect(info.symbols.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'XRPUSDT']);

    const order = { symbol: 'BTCUSDT', type: 'LIMIT', timeInForce: 'GTC', quantity: 0.5 } as const;
    const bought = await main.submitNewOrder({ ...order, side: 'BUY', price: 100 });
    const sold = await main.submitNewOrder({ ...order, side: 'SELL', price: 110 });
    const open = await main.getOpenOrders({ symbol: 'BTCUSDT' });
    expect(open.map(({ orderId, status }) => [orderId, status])).toEqual([
      [bought.orderId, 'NEW'],
      [sold.orderId, 'NEW'],
    ]);
    await simulator.trade('99', '0.2');
    const cancelled = await main.cancelOrder({ symbol: 'BTCUSDT', orderId: sold.orderId });
    expect(cancelled).toMatchObject({ status: 'CANCELED' });
    expect(await main.getOrder({ symbol: 'BTCUSDT', orderId: bought.orderId })).toMatchObject({
      status: 'PARTIALLY_FILLED',
    });
    const [trade] = await main.getAccountTradeList({ symbol: 'BTCUSDT' });
    expect(trade).toMatchObject({ orderId: bought.orderId, isBuyer: true, commissionAsset: 'BTC' });
    const account = await main.getAccountInformation({ omitZeroBalances: true });
    const usdt = account.balances.find(({ asset }) => asset === 'USDT');
    expect([usdt?.free, usdt?.locked].map(String)).toEqual(['950.00000000', '30.00000000']);
  });

  it('is told what was wrong', async () => {
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' } as const;
    await expect(client().submitNewOrder({ ...order, quantity: 90, price: 100 })).rejects.toMatchObject({
      code: -2010,
      message: 'Account has insufficient balance for requested action.',
    });
  });
});

describe('the client `ccxt`', () => {
  const client = () => {
    const api = `${origin}/api/v3`;
    return new CcxtBinance({
      ...{ apiKey: DEMO.apiKey, secret: DEMO.secret },
      urls: { api: { public: api, private: api, v1: `${origin}/api/v1`, sapi: `${origin}/sapi/v1` } },
      options: { fetchMarkets: { types: ['spot'] }, fetchMargins: false, defaultType: 'spot' },
      has: { fetchCurrencies: false },
      enableRateLimit: false,
    });
  };

  it('reads the symbols, trades, and sees what became of it', async () => {
    const ccxt = client();
    const markets = await ccxt.loadMarkets();
    expect(markets['BTC/USDT']).toMatchObject({ spot: true, active: true, precision: { price: 0.01 } });

    const bought = await ccxt.createOrder('BTC/USDT', 'limit', 'buy', 0.5, 100);
    const sold = await ccxt.createOrder('BTC/USDT', 'limit', 'sell', 0.5, 110);
    expect((await ccxt.fetchOpenOrders('BTC/USDT')).map(({ id }) => id)).toEqual([bought.id, sold.id]);
    await simulator.trade('99', '0.2');
    expect(await ccxt.cancelOrder(String(sold.id), 'BTC/USDT')).toMatchObject({ status: 'canceled' });
    expect(await ccxt.fetchOrder(String(bought.id), 'BTC/USDT')).toMatchObject({
      filled: 0.2,
      remaining: 0.3,
    });
    expect(await ccxt.fetchMyTrades('BTC/USDT')).toMatchObject([
      { order: bought.id, side: 'buy', price: 100, amount: 0.2, fee: { currency: 'BTC', cost: 0.0002 } },
    ]);
    const balance = await ccxt.fetchBalance();
    expect(balance.USDT).toEqual({ free: 950, used: 30, total: 980 });
    expect(await ccxt.fetchTrades('BTC/USDT')).toHaveLength(3);
    expect(await ccxt.fetchOHLCV('BTC/USDT', '1m')).not.toHaveLength(0);
  });

  it('is told what was wrong', async () => {
    const ccxt = client();
    await expect(ccxt.createOrder('BTC/USDT', 'limit', 'buy', 90, 100)).rejects.toThrow(
      'insufficient balance',
    );
    await expect(ccxt.createOrder('BTC/USDT', 'market', 'buy', 1)).rejects.toThrow('-1116');
  });
});
