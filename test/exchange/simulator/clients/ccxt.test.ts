import { describe, expect, it } from '@jest/globals';
import {
  aMarket,
  ccxtClient,
  closeClientsAfterEach,
  KEYS,
  type Key,
  watching,
} from '../../../support/published-clients.js';
import { stopSimulatorsAfterEach } from '../../../support/simulator.js';
import { until } from '../../../support/until.js';

closeClientsAfterEach();
stopSimulatorsAfterEach();

const SYMBOL = 'XRP/USDT';
const BUY = [SYMBOL, 'limit', 'buy', 100, 0.5] as const;
const SELL = [SYMBOL, 'limit', 'sell', 30, 0.7] as const;

describe.each(KEYS)('the client `ccxt` with a key of $kind, over REST', (key: Key) => {
  it('reads the rules, trades, and sees what became of it', async () => {
    const { port, goOn } = await aMarket();
    const ccxt = await ccxtClient(port, key);
    const balances = async () => {
      const { XRP, USDT } = await ccxt.fetchBalance();
      return { XRP, USDT };
    };
    const untouched = { free: 100_000, used: 0, total: 100_000 };
    expect(ccxt.markets?.[SYMBOL]).toMatchObject({
      ...{ spot: true, active: true, precision: { price: 0.0001, amount: 0.01 } },
      limits: { cost: { min: 10 }, amount: { min: 0.01 } },
    });
    expect(await balances()).toEqual({ XRP: untouched, USDT: untouched });

    const bought = await ccxt.createOrder(...BUY);
    const sold = await ccxt.createOrder(...SELL);
    expect(bought).toMatchObject({ status: 'open', filled: 0, remaining: 100 });
    expect((await ccxt.fetchOpenOrders(SYMBOL)).map(({ id }) => id)).toEqual([bought.id, sold.id]);
    expect(await balances()).toEqual({
      XRP: { free: 99_970, used: 30, total: 100_000 },
      USDT: { free: 99_950, used: 50, total: 100_000 },
    });

    await goOn();
    const byId = await ccxt.fetchOrder(`${bought.id}`, SYMBOL);
    expect(byId).toMatchObject({ status: 'open', filled: 40, remaining: 60, cost: 20, average: 0.5 });
    const { clientOrderId } = bought;
    expect(await ccxt.fetchOrder('', SYMBOL, { clientOrderId })).toEqual(byId);
    expect(await balances()).toEqual({
      XRP: { free: 100_009.96, used: 30, total: 100_039.96 },
      USDT: { free: 99_950, used: 30, total: 99_980 },
    });

    expect(await ccxt.cancelOrder(`${sold.id}`, SYMBOL)).toMatchObject({ status: 'canceled' });
    await goOn();
    expect(await ccxt.fetchOpenOrders(SYMBOL)).toEqual([]);
    expect(await balances()).toEqual({
      XRP: { free: 100_099.9, used: 0, total: 100_099.9 },
      USDT: { free: 99_950, used: 0, total: 99_950 },
    });
    expect((await ccxt.fetchOrders(SYMBOL)).map(({ status }) => status)).toEqual(['closed', 'canceled']);

    const soldInPart = await ccxt.createOrder(...SELL);
    await goOn();
    const cancelled = await ccxt.cancelOrder(`${soldInPart.id}`, SYMBOL);
    expect(cancelled).toMatchObject({ status: 'canceled', amount: 30, filled: 10 });
    expect(await balances()).toEqual({
      XRP: { free: 100_089.9, used: 0, total: 100_089.9 },
      USDT: { free: 99_956.993, used: 0, total: 99_956.993 },
    });

    const ofBuy = { order: bought.id, side: 'buy', takerOrMaker: 'maker', price: 0.5 };
    expect(await ccxt.fetchMyTrades(SYMBOL)).toMatchObject([
      { ...ofBuy, id: '3', amount: 40, cost: 20, fee: { currency: 'XRP', cost: 0.04 } },
      { ...ofBuy, id: '5', amount: 60, cost: 30, fee: { currency: 'XRP', cost: 0.06 } },
      {
        ...{ order: soldInPart.id, side: 'sell', price: 0.7, id: '7', amount: 10, cost: 7 },
        fee: { currency: 'USDT', cost: 0.007 },
      },
    ]);
    expect(await ccxt.fetchTrades(SYMBOL)).toHaveLength(7);
    const candles = await ccxt.fetchOHLCV(SYMBOL, '1m');
    expect(candles.reduce((volume, candle) => volume + (candle[5] ?? 0), 0)).toBe(1_170);
  });

  it('is told what was wrong', async () => {
    const ccxt = await ccxtClient((await aMarket()).port, key);
    await expect(ccxt.createOrder(SYMBOL, 'limit', 'buy', 900_000, 0.5)).rejects.toThrow(
      'insufficient balance',
    );
    await expect(ccxt.createOrder(SYMBOL, 'market', 'buy', 100)).rejects.toThrow('-1116');
    await expect(ccxt.cancelOrder('77', SYMBOL)).rejects.toThrow('-2011');
    await expect(ccxt.fetchOrder('77', SYMBOL)).rejects.toThrow('-2013');
  });
});

describe.each(KEYS)('the client `ccxt` with a key of $kind, over WebSockets', (key: Key) => {
  it('is told every trade, and whatever becomes of its orders and balances', async () => {
    const { port, goOn } = await aMarket();
    const ccxt = await ccxtClient(port, key);
    // What comes before somebody watches for it is missed.
    await ccxt.authenticate({ type: 'spot' });
    const orders = watching(() => ccxt.watchOrders(SYMBOL));
    const mine = watching(() => ccxt.watchMyTrades(SYMBOL));
    const balances = watching(() => ccxt.watchBalance());
    const trades = watching(() => ccxt.watchTrades(SYMBOL));

    await until(() => ccxt.granted === 1);

    const bought = await ccxt.createOrderWs(...BUY);
    await until(() => orders.seen.length === 1 && balances.seen.length === 1);
    const sold = await ccxt.createOrderWs(...SELL);
    await until(() => orders.seen.length === 2 && balances.seen.length === 2);
    await goOn();
    await until(() => orders.seen.length === 3 && mine.seen.length === 1 && balances.seen.length === 3);
    await ccxt.cancelOrderWs(`${sold.id}`, SYMBOL);
    await until(() => orders.seen.length === 4 && balances.seen.length === 4);
    await goOn();
    await until(() => orders.seen.length === 5 && mine.seen.length === 2 && balances.seen.length === 5);
    await until(() => trades.seen.flat().length >= 4);

    const [buy, sell] = [
      { id: bought.id, side: 'buy' },
      { id: sold.id, side: 'sell' },
    ];
    expect(orders.seen.flat()).toMatchObject([
      { ...buy, status: 'open', filled: 0, price: 0.5, clientOrderId: bought.clientOrderId },
      { ...sell, status: 'open', filled: 0, price: 0.7 },
      { ...buy, status: 'open', filled: 40, remaining: 60 },
      { ...sell, status: 'canceled', filled: 0, clientOrderId: sold.clientOrderId },
      { ...buy, status: 'closed', filled: 100, remaining: 0, average: 0.5 },
    ]);
    expect(mine.seen.flat()).toMatchObject([
      { id: '3', order: bought.id, amount: 40, price: 0.5, fee: { currency: 'XRP', cost: 0.04 } },
      { id: '5', order: bought.id, amount: 60, price: 0.5, fee: { currency: 'XRP', cost: 0.06 } },
    ]);
    const shown = balances.seen.map(({ XRP, USDT }) => [XRP?.free, XRP?.used, USDT?.free, USDT?.used]);
    expect(shown).toEqual([
      [100_000, 0, 99_950, 50],
      [99_970, 30, 99_950, 50],
      [100_009.96, 30, 99_950, 30],
      [100_039.96, 0, 99_950, 30],
      [100_099.9, 0, 99_950, 0],
    ]);
    expect(trades.seen.flat().map(({ id, price, amount }) => [id, price, amount])).toEqual([
      ['2', 0.4999, 40],
      ['3', 0.5, 40],
      ['4', 0.4998, 1_000],
      ['5', 0.5, 60],
    ]);

    await ccxt.close();
    expect(await Promise.all([orders, mine, balances, trades].map(({ ended }) => ended))).toEqual(
      Array(4).fill('ExchangeClosedByUser'),
    );
  });
});
