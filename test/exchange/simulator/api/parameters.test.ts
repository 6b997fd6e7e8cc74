import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO, error, hmac, LIMIT_BUY, RestSimulator, without } from '../../../support/rest-simulator.js';

let simulator: RestSimulator;
beforeAll(async () => {
  simulator = await RestSimulator.start();
});
afterAll(() => simulator.stop());

const notSent = (name: string) =>
  error(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
const illegal = (name: string, range: string) =>
  error(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`);
const DECIMAL = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';
const LONG = '^[0-9]{1,20}$';
const CLIENT_ORDER_ID = '^[a-zA-Z0-9-_]{1,36}$';

describe('parameters', () => {
  it.each(['symbol', 'side', 'type', 'timeInForce', 'quantity', 'price'])(
    'a limit order without %s is refused',
    async (name) => {
      expect(await simulator.signed('POST order', without(LIMIT_BUY, name))).toMatchObject(notSent(name));
    },
  );

  it('a mandatory one that is empty was not sent', async () => {
    expect(await simulator.order({ symbol: '' })).toMatchObject(notSent('symbol'));
    expect(await simulator.get('trades')).toMatchObject(notSent('symbol'));
  });

  it('an optional one that is empty has a code of its own', async () => {
    const asked = (given: object) => simulator.signed('GET allOrders', { symbol: 'BTCUSDT', ...given });
    expect(await asked({ limit: '' })).toMatchObject(error(-1105, "Parameter 'limit' was empty."));
    expect(await simulator.order({ newClientOrderId: '' })).toMatchObject(
      error(-1118, 'New client order ID was empty.'),
    );
    const lookup = await simulator.signed('GET order', { symbol: 'BTCUSDT', origClientOrderId: '' });
    expect(lookup).toMatchObject(error(-1119, 'Original client order ID was empty.'));
  });

  it.each([
    ['quantity', '1e3', DECIMAL],
    ['quantity', '-1', DECIMAL],
    ['quantity', '.5', DECIMAL],
    ['price', '1,000', DECIMAL],
    ['price', 'NaN', DECIMAL],
    ['price', '100.', DECIMAL],
    ['newClientOrderId', 'a b', CLIENT_ORDER_ID],
    ['newClientOrderId', 'x'.repeat(37), CLIENT_ORDER_ID],
    ['newClientOrderId', 'ü', CLIENT_ORDER_ID],
    ['timestamp', 'now', LONG],
  ])('an order with %s %j is refused', async (name, value, range) => {
    expect(await simulator.order({ [name]: value })).toMatchObject(illegal(name, range));
  });

  it('a number that cannot be one is refused', async () => {
    const ask = (orderId: string) => simulator.signed('GET order', { symbol: 'BTCUSDT', orderId });
    expect(await ask('1.5')).toMatchObject(illegal('orderId', LONG));
    expect(await ask('9'.repeat(19))).toMatchObject(error(-1108, "Parameter 'orderId' overflowed."));
    const account = await simulator.signed('GET account', { omitZeroBalances: 'yes' });
    expect(account).toMatchObject(error(-1130, "Data sent for parameter 'omitZeroBalances' is not valid."));
    const trades = await simulator.get('trades', { symbol: 'BTCUSDT', limit: 0 });
    expect(trades).toMatchObject(error(-1130, "Data sent for parameter 'limit' is not valid."));
  });

  it('one that is given twice in the same place is refused', async () => {
    const twice = error(-1101, 'Duplicate values for a parameter detected.');
    expect(await simulator.raw('GET', '/api/v3/trades?symbol=BTCUSDT&symbol=BTCUSDT')).toMatchObject(twice);
  });

  it('one that nobody reads is refused', async () => {
    expect(await simulator.get('time', { symbol: 'BTCUSDT' })).toMatchObject(
      error(-1101, "Too many parameters; expected '0' and received '1'."),
    );
    expect(await simulator.signed('GET openOrders', { colour: 'blue' })).toMatchObject(
      error(-1104, "Not all sent parameters were read; read '1' parameter(s) but was sent '2'."),
    );
  });

  it.each(['stopPrice', 'quoteOrderQty', 'trailingDelta'])('a limit order takes no %s', async (name) => {
    expect(await simulator.order({ [name]: '1' })).toMatchObject(
      error(-1106, `Parameter '${name}' sent when not required.`),
    );
  });
});

describe('values of an order', () => {
  it.each([
    [{ type: 'MARKET' }, error(-1116, 'Invalid orderType.')],
    [{ type: 'LIMIT_MAKER' }, error(-1116, 'Invalid orderType.')],
    [{ type: 'limit' }, error(-1116, 'Invalid orderType.')],
    [{ timeInForce: 'IOC' }, error(-1115, 'Invalid timeInForce.')],
    [{ timeInForce: 'FOK' }, error(-1115, 'Invalid timeInForce.')],
    [{ side: 'buy' }, error(-1117, 'Invalid side.')],
    [{ newOrderRespType: 'SHORT' }, error(-1130, "Data sent for parameter 'newOrderRespType' is not valid.")],
    [{ symbol: 'NOPE' }, error(-1121, 'Invalid symbol.')],
    [{ symbol: 'btcusdt' }, error(-1121, 'Invalid symbol.')],
    [{ strategyId: 1 }, error(-1020, 'This operation is not supported.')],
    [{ pegPriceType: 'PRIMARY_PEG' }, error(-1020, 'This operation is not supported.')],
    [{ icebergQty: '0.1' }, error(-2010, 'Iceberg orders are not supported for this symbol.')],
    [
      { selfTradePreventionMode: 'NONE' },
      error(-1013, 'This symbol does not allow the specified self-trade prevention mode.'),
    ],
  ])('%j is refused', async (given, refusal) => {
    expect(await simulator.order(given)).toMatchObject(refusal);
  });

  it.each([
    [{ quantity: '0.123456789' }, -1111, "Parameter 'quantity' has too much precision."],
    [{ price: '100.123456789' }, -1111, "Parameter 'price' has too much precision."],
    [{ price: '100.001' }, -1013, 'Filter failure: PRICE_FILTER'],
    [{ price: '1000001' }, -1013, 'Filter failure: PRICE_FILTER'],
    [{ price: '0' }, -1013, 'Filter failure: PRICE_FILTER'],
    [{ quantity: '0.000001' }, -1013, 'Filter failure: LOT_SIZE'],
    [{ quantity: '0.000015' }, -1013, 'Filter failure: LOT_SIZE'],
    [{ quantity: '9001' }, -1013, 'Filter failure: LOT_SIZE'],
    [{ quantity: '0.04' }, -1013, 'Filter failure: NOTIONAL'],
    [{ quantity: '9000', price: '1001' }, -1013, 'Filter failure: NOTIONAL'],
  ])('%j is refused', async (given, code, msg) => {
    expect(await simulator.order(given)).toMatchObject(error(code, msg));
  });

  it('a price too far from the average of the last minutes is refused', async () => {
    const tooFar = error(-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE');
    const order = { symbol: 'LEVUSDT', quantity: '1' };
    expect(await simulator.order({ ...order, price: '9' })).toMatchObject({ status: 200 });
    await simulator.trade('10', '3', 'LEVUSDT');
    await simulator.trade('20', '1', 'LEVUSDT');
    for (const [side, price] of [
      ['BUY', '62.51'],
      ['SELL', '62.51'],
      ['BUY', '2.49'],
    ] as const)
      expect(await simulator.order({ ...order, quantity: '3', side, price })).toMatchObject(tooFar);
    for (const price of ['62.5', '2.5'])
      expect(await simulator.order({ ...order, quantity: '3', price })).toMatchObject({ status: 200 });
    expect(
      await simulator.signed('POST order/test', { ...LIMIT_BUY, ...order, price: '62.51' }),
    ).toMatchObject(tooFar);
  });

  it('there is a most of open orders, and of what may be held', async () => {
    const order = { symbol: 'XRPUSDT', quantity: '5', price: '1' };
    expect(await simulator.order({ ...order, quantity: '10.5' })).toMatchObject({
      body: { msg: 'Filter failure: MAX_POSITION' },
    });
    for (const side of ['BUY', 'SELL', 'BUY'])
      expect(await simulator.order({ ...order, side })).toMatchObject({ status: 200 });
    expect(await simulator.order({ ...order, side: 'SELL' })).toMatchObject({
      body: { msg: 'Filter failure: MAX_NUM_ORDERS' },
    });
  });
});

describe('what is looked at first', () => {
  const bad = {
    ...{ symbol: 'NOPE', side: 'UP', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.1234567891' },
    ...{ price: '100.001', timestamp: 1_500_000_000_000 },
  };
  const steps = [
    [{}, { apiKey: 'short' }, -2014],
    [{}, { apiKey: 'x'.repeat(64) }, -2015],
    [{ quantity: '1e1' }, { sign: () => 'wrong' }, -1100],
    [{}, { sign: () => 'wrong' }, -1021],
    [{ timestamp: 0 }, { sign: () => 'wrong' }, -1022],
    [{ timestamp: 0 }, {}, -1117],
    [{ timestamp: 0, side: 'BUY' }, {}, -1121],
    [{ timestamp: 0, side: 'BUY', symbol: 'BTCUSDT' }, {}, -1111],
    [{ timestamp: 0, side: 'BUY', symbol: 'BTCUSDT', quantity: '100' }, {}, -1013],
    [{ timestamp: 0, side: 'BUY', symbol: 'BTCUSDT', quantity: '100', price: '100' }, {}, -2010],
  ] as const;

  it.each(steps)('%j %#', async (given, as, code) => {
    const order = { ...bad, ...given };
    const timely = 'timestamp' in given ? { ...order, timestamp: simulator.clock.wallMs() } : order;
    expect((await simulator.signed('POST order', timely, as)).body.code).toBe(code);
  });

  it('an unknown path comes before anything else', async () => {
    expect((await simulator.signed('POST nowhere', {}, { apiKey: 'short' })).status).toBe(404);
  });
});

describe('query string and body', () => {
  const post = (query: string, body: string, type = 'application/x-www-form-urlencoded') =>
    simulator.raw('POST', `/api/v3/order/test?${query}`, {
      body,
      headers: { 'X-MBX-APIKEY': DEMO.apiKey, 'content-type': type },
    });
  const order = () =>
    'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100' +
    `&timestamp=${simulator.clock.wallMs()}`;

  it('parameters may be in the body, or in both, signed one after the other without a separator', async () => {
    const sign = hmac(DEMO.secret);
    const all = order();
    expect(await post('', `${all}&signature=${sign(all)}`)).toMatchObject({ status: 200, body: {} });
    const [query, body] = ['symbol=BTCUSDT&side=BUY', all.replace('symbol=BTCUSDT&side=BUY&', '')];
    const signature = sign(query + body);
    expect(await post(query, `${body}&signature=${signature}`)).toMatchObject({ status: 200 });
    expect(await post(`${query}&signature=${signature}`, body)).toMatchObject({ status: 200 });
    expect(await post(query, `${body}&signature=${sign(`${query}&${body}`)}`)).toMatchObject(
      error(-1022, 'Signature for this request is not valid.'),
    );
  });

  it('the query string wins', async () => {
    const sign = hmac(DEMO.secret);
    const [query, body] = ['symbol=NOPE', order()];
    expect(await post(query, `${body}&signature=${sign(query + body)}`)).toMatchObject(
      error(-1121, 'Invalid symbol.'),
    );
  });

  it('a body of another type has no parameters', async () => {
    const all = order();
    const answer = await post('', `${all}&signature=${hmac(DEMO.secret)(all)}`, 'text/plain');
    expect(answer).toMatchObject(notSent('symbol'));
  });
});
