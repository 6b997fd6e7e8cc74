import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { error, OTHER, RestSimulator, START_MS } from '../../../support/rest-simulator.js';

let simulator: RestSimulator;
beforeEach(async () => {
  simulator = await RestSimulator.start();
});
afterEach(() => simulator.stop());

const NEW_ORDER = {
  symbol: 'BTCUSDT',
  orderId: 1,
  orderListId: -1,
  clientOrderId: 'mine',
  price: '100.00000000',
  origQty: '0.50000000',
  executedQty: '0.00000000',
  origQuoteOrderQty: '0.00000000',
  cummulativeQuoteQty: '0.00000000',
  status: 'NEW',
  timeInForce: 'GTC',
  type: 'LIMIT',
  side: 'BUY',
  workingTime: START_MS,
  selfTradePreventionMode: 'EXPIRE_MAKER',
};
const QUERIED = {
  ...NEW_ORDER,
  stopPrice: '0.00000000',
  icebergQty: '0.00000000',
  time: START_MS,
  updateTime: START_MS,
  isWorking: true,
};

describe('placing an order', () => {
  it('answers FULL by default, with no fills for an order that rests', async () => {
    const { status, body } = await simulator.order({ newClientOrderId: 'mine' });
    expect({ status, body }).toEqual({
      status: 200,
      body: { ...NEW_ORDER, transactTime: START_MS, fills: [] },
    });
  });

  it('answers RESULT without fills, and ACK with the ids alone', async () => {
    const result = await simulator.order({ newClientOrderId: 'mine', newOrderRespType: 'RESULT' });
    expect(result.body).toEqual({ ...NEW_ORDER, transactTime: START_MS });
    const ack = await simulator.order({ newClientOrderId: 'two', newOrderRespType: 'ACK' });
    expect(ack.body).toEqual({
      ...{ symbol: 'BTCUSDT', orderId: 2, orderListId: -1, clientOrderId: 'two', transactTime: START_MS },
    });
  });

  it('chooses a client order id for whoever chose none', async () => {
    const { body } = await simulator.order();
    expect(body.clientOrderId).toMatch(/^[a-zA-Z0-9-_]{1,36}$/);
  });

  it('locks what the order needs', async () => {
    await simulator.order();
    const { body } = await simulator.signed('GET account', { omitZeroBalances: 'true' });
    expect(body.balances).toContainEqual({ asset: 'USDT', free: '950.00000000', locked: '50.00000000' });
  });

  it('refuses what the account cannot pay for, and counts no order for it', async () => {
    expect(await simulator.order({ quantity: '10.01' })).toMatchObject(
      error(-2010, 'Account has insufficient balance for requested action.'),
    );
    const { body } = await simulator.signed('GET rateLimit/order');
    expect(body.map((limit: { count: number }) => limit.count)).toEqual([0, 0]);
  });

  it('refuses the client order id of an open order', async () => {
    await simulator.order({ newClientOrderId: 'mine' });
    expect(await simulator.order({ newClientOrderId: 'mine' })).toMatchObject(
      error(-2010, 'Duplicate order sent.'),
    );
  });

  it('refuses a symbol that is halted', async () => {
    expect(await simulator.order({ symbol: 'ETHUSDT' })).toMatchObject(error(-2010, 'Market is closed.'));
  });

  it('shows microseconds to whoever asks for them', async () => {
    const { body } = await simulator.order({}, { headers: { 'X-MBX-TIME-UNIT': 'MICROSECOND' } });
    expect(body).toMatchObject({ transactTime: START_MS * 1_000, workingTime: START_MS * 1_000 });
  });
});

describe('a test order', () => {
  it('places nothing and does not look at balances', async () => {
    expect((await simulator.signed('POST order/test', TEST_ORDER)).body).toEqual({});
    expect((await simulator.signed('GET openOrders')).body).toEqual([]);
  });

  it('tells the commission when asked', async () => {
    const { body } = await simulator.signed('POST order/test', {
      ...TEST_ORDER,
      computeCommissionRates: 'true',
    });
    const none = { maker: '0.00000000', taker: '0.00000000' };
    expect(body).toEqual({
      standardCommissionForOrder: { maker: '0.00100000', taker: '0.00100000' },
      specialCommissionForOrder: none,
      taxCommissionForOrder: none,
      discount: {
        ...{ enabledForAccount: false, enabledForSymbol: false },
        ...{ discountAsset: 'BNB', discount: '0.00000000' },
      },
    });
  });

  it('is judged by the rules of the symbol', async () => {
    const answer = await simulator.signed('POST order/test', { ...TEST_ORDER, price: '100.001' });
    expect(answer).toMatchObject(error(-1013, 'Filter failure: PRICE_FILTER'));
  });
});
const TEST_ORDER = {
  ...{ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
  ...{ quantity: '500', price: '100.00' },
};

describe('looking an order up', () => {
  beforeEach(() => simulator.order({ newClientOrderId: 'mine' }));

  it.each([{ orderId: 1 }, { origClientOrderId: 'mine' }, { orderId: 1, origClientOrderId: 'mine' }])(
    'finds it by %j',
    async (key) => {
      const { status, body } = await simulator.signed('GET order', { symbol: 'BTCUSDT', ...key });
      expect({ status, body }).toEqual({ status: 200, body: QUERIED });
    },
  );

  it('refuses ids that belong to two orders, and ids of no order', async () => {
    const ask = (key: object) => simulator.signed('GET order', { symbol: 'BTCUSDT', ...key });
    expect(await ask({ orderId: 1, origClientOrderId: 'other' })).toMatchObject(
      error(-2039, 'Client order ID is not correct for this order ID.'),
    );
    for (const key of [{ orderId: 2 }, { origClientOrderId: 'other' }])
      expect(await ask(key)).toMatchObject(error(-2013, 'Order does not exist.'));
    expect(await ask({})).toMatchObject(
      error(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"),
    );
  });

  it('keeps accounts apart', async () => {
    const key = { symbol: 'BTCUSDT', orderId: 1 };
    expect(await simulator.signed('GET order', key, OTHER)).toMatchObject(
      error(-2013, 'Order does not exist.'),
    );
    expect(await simulator.signed('DELETE order', key, OTHER)).toMatchObject(
      error(-2011, 'Unknown order sent.'),
    );
    expect((await simulator.signed('GET openOrders', {}, OTHER)).body).toEqual([]);
    expect((await simulator.signed('GET openOrders')).body).toEqual([QUERIED]);
  });
});

describe('cancelling an order', () => {
  beforeEach(() => simulator.order({ newClientOrderId: 'mine' }));
  const cancel = (given: Readonly<Record<string, string | number>> = { orderId: 1 }) =>
    simulator.signed('DELETE order', { symbol: 'BTCUSDT', ...given });

  it('answers with the id of the order and the id of the cancel, which the order goes by from then on', async () => {
    simulator.clock.advance(7);
    const { status, body } = await cancel({ origClientOrderId: 'mine', newClientOrderId: 'cancel' });
    const { workingTime: _, ...order } = NEW_ORDER;
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...order,
        ...{ status: 'CANCELED', transactTime: START_MS + 7 },
        ...{ clientOrderId: 'cancel', origClientOrderId: 'mine' },
      },
    });
    for (const key of [
      { orderId: 1 },
      { origClientOrderId: 'cancel' },
      { origClientOrderId: 'mine' },
      { orderId: 1, origClientOrderId: 'cancel' },
      { orderId: 1, origClientOrderId: 'mine' },
    ]) {
      const found = await simulator.signed('GET order', { symbol: 'BTCUSDT', ...key });
      expect(found.body).toMatchObject({ orderId: 1, clientOrderId: 'cancel', status: 'CANCELED' });
    }
  });

  it('knows the id of the cancel before anybody is told of it', async () => {
    const told: string[] = [];
    const take = simulator.api.take.bind(simulator.api);
    simulator.api.take = (event) => {
      told.push(`${event.report.executionType} ${simulator.api.currentClientOrderId('demo', event.order)}`);
      take(event);
    };
    await cancel({ orderId: 1, newClientOrderId: 'cancel' });
    expect(told).toEqual(['CANCELED cancel']);
  });

  it('frees the id of the order', async () => {
    await cancel();
    expect((await simulator.order({ newClientOrderId: 'mine' })).body).toMatchObject({ orderId: 2 });
    const found = await simulator.signed('GET order', { symbol: 'BTCUSDT', origClientOrderId: 'mine' });
    expect(found.body).toMatchObject({ orderId: 2, status: 'NEW' });
  });

  it('gives the money back', async () => {
    await cancel();
    const { body } = await simulator.signed('GET account');
    expect(body.balances).toContainEqual({ asset: 'USDT', free: '1000.00000000', locked: '0.00000000' });
  });

  it('refuses what is not open', async () => {
    const unknown = error(-2011, 'Unknown order sent.');
    expect(await cancel({ orderId: 5 })).toMatchObject(unknown);
    expect(await cancel({ origClientOrderId: 'nobody' })).toMatchObject(unknown);
    await cancel();
    expect(await cancel({ orderId: 1, newClientOrderId: 'late' })).toMatchObject(unknown);
    const { body } = await simulator.signed('GET order', { symbol: 'BTCUSDT', orderId: 1 });
    expect(body.clientOrderId).not.toBe('late');
    expect(await cancel({})).toMatchObject({ body: { code: -1102 } });
    expect(await cancel({ orderId: 1, origClientOrderId: 'other' })).toMatchObject({ body: { code: -2039 } });
  });

  it('gives no id to an order that was filled before it came', async () => {
    await simulator.trade('99', '5');
    expect((await cancel({ orderId: 1, newClientOrderId: 'late' })).body.code).toBe(-2011);
    const late = { symbol: 'BTCUSDT', origClientOrderId: 'late' };
    expect((await simulator.signed('GET order', late)).body.code).toBe(-2013);
  });

  it('refuses an order in a state that the cancel is not for', async () => {
    const refused = error(-2011, 'Order was not canceled due to cancel restrictions.');
    expect(await cancel({ orderId: 1, cancelRestrictions: 'ONLY_PARTIALLY_FILLED' })).toMatchObject(refused);
    await simulator.trade('99', '0.2');
    expect(await cancel({ orderId: 1, cancelRestrictions: 'ONLY_NEW' })).toMatchObject(refused);
    expect(await cancel({ orderId: 1, cancelRestrictions: 'ONLY_SOMETIMES' })).toMatchObject(
      error(-1145, 'Invalid cancelRestrictions'),
    );
    const done = await cancel({ orderId: 1, cancelRestrictions: 'ONLY_PARTIALLY_FILLED' });
    expect(done.body).toMatchObject({ status: 'CANCELED', executedQty: '0.20000000' });
  });
});

describe('cancelling all orders of a symbol', () => {
  it('answers with each, and leaves other symbols alone', async () => {
    await simulator.order();
    await simulator.order({ symbol: 'XRPUSDT', quantity: '10', price: '1' });
    await simulator.order();
    const { body } = await simulator.signed('DELETE openOrders', { symbol: 'BTCUSDT' });
    expect(body).toMatchObject([
      { orderId: 1, status: 'CANCELED' },
      { orderId: 2, status: 'CANCELED' },
    ]);
    expect((await simulator.signed('GET openOrders')).body).toMatchObject([{ symbol: 'XRPUSDT' }]);
    expect(await simulator.signed('DELETE openOrders', { symbol: 'BTCUSDT' })).toMatchObject(
      error(-2011, 'Unknown order sent.'),
    );
  });
});

describe('an order that was renamed by its cancel', () => {
  it('is not found by its old id where the simulator is told so', async () => {
    await simulator.stop();
    simulator = await RestSimulator.start({ cancelledFoundByOldId: false });
    await simulator.order({ newClientOrderId: 'mine' });
    await simulator.signed('DELETE order', { symbol: 'BTCUSDT', orderId: 1, newClientOrderId: 'cancel' });
    const ask = (origClientOrderId: string) =>
      simulator.signed('GET order', { symbol: 'BTCUSDT', origClientOrderId });
    expect(await ask('mine')).toMatchObject(error(-2013, 'Order does not exist.'));
    const both = { symbol: 'BTCUSDT', orderId: 1, origClientOrderId: 'mine' };
    expect((await simulator.signed('GET order', both)).body.code).toBe(-2039);
    expect((await ask('cancel')).body).toMatchObject({ orderId: 1 });
  });
});
