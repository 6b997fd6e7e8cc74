import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import {
  API_KEY,
  aSimulator,
  signedParams,
  stopSimulatorsAfterEach,
  tradesAt,
} from '../../../support/simulator.js';

stopSimulatorsAfterEach();

describe('control endpoint', () => {
  it('faults are armed, shown with how often they fired, and disarmed', async () => {
    const { control } = await aSimulator({ faults: [{ what: 'forbid', times: 2 }] });
    expect(await control('POST /faults', [{ what: 'clock-skew', skewMs: 5 }])).toEqual({ ids: [2] });
    expect(await control('GET /faults')).toEqual({
      faults: [
        {
          id: 1,
          fault: { what: 'forbid', where: {}, skip: 0, times: 2, probability: 1 },
          occasions: 0,
          fired: 0,
        },
        { id: 2, fault: { what: 'clock-skew', skewMs: 5 }, occasions: 0, fired: 0 },
      ],
    });
    await control('DELETE /faults/1');
    expect(await control('GET /faults')).toMatchObject({ faults: [{ id: 2 }] });
    await control('DELETE /faults');
    expect(await control('GET /faults')).toEqual({ faults: [] });
  });

  it.each([
    { endpoint: 'POST /faults', body: { what: 'no-such' }, says: 'what is \\"no-such\\"; allowed is' },
    { endpoint: 'DELETE /faults/7', body: undefined, says: 'fault 7 is not armed' },
    {
      endpoint: 'POST /step',
      body: { symbol: 'ABC' },
      says: 'there is no market in \\"ABC\\"; allowed: XRPUSDT',
    },
    { endpoint: 'POST /step', body: { count: 0 }, says: 'count is the number 0; allowed is a whole number' },
    { endpoint: 'POST /market', body: { mode: 'fast' }, says: 'mode is \\"fast\\"; allowed is \\"run\\"' },
    { endpoint: 'POST /symbols', body: { symbol: 'ABC', status: 'HALT' }, says: '\\"ABC\\" is not listed' },
    {
      endpoint: 'POST /symbols',
      body: { symbol: 'XRPUSDT', filters: [{ filterType: 'LOT_SIZE', minQty: '1', maxQty: '9' }] },
      says: 'filters.LOT_SIZE.stepSize',
    },
    { endpoint: 'POST /symbols', body: { symbol: 'XRPUSDT', filters: [{}] }, says: 'filters[0].filterType' },
    {
      endpoint: 'POST /accounts/nobody/deposit',
      body: { asset: 'XRP', amount: '1' },
      says: 'there is no account',
    },
    { endpoint: 'POST /accounts/demo/deposit', body: { asset: 'XRP', amount: '-1' }, says: 'amount is' },
    { endpoint: 'POST /keys/revoke', body: { apiKey: 'k'.repeat(64) }, says: 'there is no such API key' },
  ])('$endpoint with $body is refused: $says', async ({ endpoint, body, says }) => {
    const { control } = await aSimulator({ trades: { XRPUSDT: tradesAt('XRPUSDT', '1') } });
    await expect(control(endpoint, body)).rejects.toThrow(`400`);
    await expect(control(endpoint, body)).rejects.toThrow(says);
  });

  it('a key that is refused is not in the answer', async () => {
    const { control } = await aSimulator();
    const wrong = control('POST /keys/revoke', { apiKey: ['a secret key'] });
    await expect(wrong).rejects.toThrow('400');
    await expect(wrong).rejects.not.toThrow('a secret key');
  });

  it('what is not there is 404, and what is no JSON is refused', async () => {
    const { port } = await aSimulator();
    const url = `http://127.0.0.1:${port}/control`;
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    const broken = await fetch(`${url}/faults`, { method: 'POST', body: '{' });
    expect([broken.status, await broken.json()]).toEqual([
      400,
      { error: 'the request\'s body is "{"; allowed is JSON' },
    ]);
  });

  it('a web page gets nothing', async () => {
    const { port } = await aSimulator();
    const status = await new Promise((resolve, reject) => {
      const headers = { origin: 'http://somewhere.example' };
      request({ port, path: '/control/faults', headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it('a symbol that is halted takes no orders, and says so in exchangeInfo, until it trades again', async () => {
    const clock = new SimClock(1_784_246_400_123);
    const { connect, control } = await aSimulator({ clock });
    const client = await connect('/ws-api/v3');
    const order = {
      ...{ symbol: 'XRPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
      ...{ price: '0.5000', quantity: '100.0' },
    };
    const place = () =>
      client.ask({ id: 1, method: 'order.place', params: signedParams(order, clock.wallMs()) });
    const status = async () =>
      (await client.ask({ id: 2, method: 'exchangeInfo', params: { symbol: 'XRPUSDT' } })).result.symbols[0]
        .status;
    await control('POST /symbols', { symbol: 'XRPUSDT', status: 'HALT' });
    expect(await place()).toMatchObject({ status: 400, error: { code: -2010, msg: 'Market is closed.' } });
    expect(await status()).toBe('HALT');
    await control('POST /symbols', { symbol: 'XRPUSDT', status: 'TRADING' });
    expect(await place()).toMatchObject({ status: 200 });
    expect(await status()).toBe('TRADING');
  });

  it('filters of a symbol can be changed, for orders and for whoever asks for them', async () => {
    const now = 1_784_246_400_123;
    const { connect, control } = await aSimulator({ clock: new SimClock(now) });
    const client = await connect('/ws-api/v3');
    const place = (quantity: string) => {
      const order = { symbol: 'XRPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '0.5' };
      return client.ask({ id: 1, method: 'order.place', params: signedParams({ ...order, quantity }, now) });
    };
    const filters = async () => {
      const { result } = await client.ask({ id: 2, method: 'exchangeInfo', params: { symbol: 'XRPUSDT' } });
      return result.symbols[0].filters;
    };
    const before = await filters();
    expect(await place('100.5')).toMatchObject({ status: 200 });
    const lots = { filterType: 'LOT_SIZE', minQty: '1', maxQty: '150', stepSize: '1' };
    const most = { filterType: 'MAX_POSITION', maxPosition: '100250' };
    await control('POST /symbols', { symbol: 'XRPUSDT', filters: [lots, most] });
    const kept = before.filter(({ filterType }: { filterType: string }) => filterType !== 'LOT_SIZE');
    expect(await filters()).toEqual([...kept, lots, most]);
    const refused = (filter: string) => ({ error: { code: -1013, msg: `Filter failure: ${filter}` } });
    expect(await place('100.5')).toMatchObject(refused('LOT_SIZE'));
    expect(await place('151')).toMatchObject(refused('LOT_SIZE'));
    expect(await place('150')).toMatchObject(refused('MAX_POSITION'));
    expect(await place('100')).toMatchObject({ status: 200 });
    await control('POST /symbols', { symbol: 'XRPUSDT', status: 'HALT' });
    expect(await filters()).toEqual([...kept, lots, most]);
    await control('POST /symbols', { symbol: 'XRPUSDT', filters: [] });
    expect(await place('100')).toMatchObject({ error: { msg: 'Market is closed.' } });
  });

  it('a deposit is told to the account, which can spend it', async () => {
    const now = 1_784_246_400_123;
    const { connect, control } = await aSimulator({ clock: new SimClock(now) });
    const client = await connect('/ws-api/v3');
    await client.ask({ id: 1, method: 'userDataStream.subscribe.signature', params: signedParams({}, now) });
    await control('POST /accounts/demo/deposit', { asset: 'USDT', amount: '0.5' });
    expect((await client.json(3)).slice(1).map(({ event }) => event)).toEqual([
      { e: 'balanceUpdate', E: now, a: 'USDT', d: '0.50000000', T: now },
      {
        e: 'outboundAccountPosition',
        E: now,
        u: now,
        B: [{ a: 'USDT', f: '100000.50000000', l: '0.00000000' }],
      },
    ]);
    const account = await client.ask({ id: 2, method: 'account.status', params: signedParams({}, now) });
    expect(account.result.balances).toContainEqual({
      ...{ asset: 'USDT', free: '100000.50000000', locked: '0.00000000' },
    });
  });

  it('a revoked key is refused from then on', async () => {
    const clock = new SimClock(1_784_246_400_123);
    const { connect, control } = await aSimulator({ clock });
    const client = await connect('/ws-api/v3');
    const ask = () =>
      client.ask({ id: 1, method: 'account.status', params: signedParams({}, clock.wallMs()) });
    expect(await ask()).toMatchObject({ status: 200 });
    await control('POST /keys/revoke', { apiKey: API_KEY });
    expect(await ask()).toMatchObject({ status: 401, error: { code: -2015 } });
  });
});
