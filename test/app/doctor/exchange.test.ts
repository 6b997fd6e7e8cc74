import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { WebSocketServer } from 'ws';
import type { Environment } from '../../../src/warehouse/connection.js';
import { doctors } from '../../support/doctor.js';
import { aScriptedServer } from '../../support/scripted-http.js';
import {
  API_KEY,
  aSimulator,
  SECRET,
  signedByHmac,
  stopSimulatorsAfterEach,
} from '../../support/simulator.js';
import { tempFolder } from '../../support/temp-folder.js';

const { diagnosis } = doctors();
const folder = tempFolder();
stopSimulatorsAfterEach();

const at = (port: number, more: Environment = {}): Environment => ({
  HEDGEHOG_EXCHANGE: 'simulator',
  HEDGEHOG_SIMULATOR_URL: `http://127.0.0.1:${port}`,
  HEDGEHOG_DATA_DIR: folder.path('none'),
  ...more,
});

const OF_EXCHANGE = [
  ...['exchange REST', 'exchange clock', 'rate limits', 'keys', 'account', 'open orders'],
  ...['market stream', 'user data stream'],
];

describe('the doctor, of an exchange', () => {
  it('finds nothing wrong with one that is well', async () => {
    const { port } = await aSimulator();
    const found = await diagnosis(at(port));
    expect(OF_EXCHANGE.map((name) => [name, found[name]?.status])).toEqual(
      OF_EXCHANGE.map((name) => [name, 'ok']),
    );
    expect(found.account?.found).toBe('it may trade; commission 0.001 as maker, 0.001 as taker');
    expect(found['rate limits']?.found).toMatch(/^22 symbols; weight \d+ of 6000 in 60 s/);
    expect(found['open orders']?.found).toBe('none');
  });

  it('has nobody to reach for the one in the process', async () => {
    const found = await diagnosis({ HEDGEHOG_DATA_DIR: folder.path('none') });
    expect(found.exchange?.status).toBe('ok');
    for (const name of ['way to REST', ...OF_EXCHANGE]) expect(found[name]).toBeUndefined();
  });

  it('tells of a clock that is off, and goes on by that of the exchange', async () => {
    const { port } = await aSimulator({ faults: [{ what: 'clock-skew', skewMs: 60_000 }] });
    const found = await diagnosis(at(port));
    expect(found['exchange clock']).toMatchObject({
      status: 'warning',
      remedy: 'set the clock of this machine',
    });
    expect(found['exchange clock']?.found).toMatch(
      /^this machine's clock is (59|60)\d{3} ms behind it; .*\(recvWindow\)/,
    );
    for (const name of ['keys', 'user data stream']) expect(found[name]?.status).toBe('ok');
  });

  it.each([
    ['the key', 'k'.repeat(64), SECRET, '-2015'],
    ['the secret', API_KEY, 's'.repeat(64), '-1022'],
  ])('tells that %s is not taken, and shows neither', async (_what, key, secret, code) => {
    const { port } = await aSimulator();
    const found = await diagnosis(at(port, { HEDGEHOG_API_KEY: key, HEDGEHOG_API_SECRET: secret }));
    expect(found.keys).toMatchObject({ status: 'problem', found: expect.stringContaining(code) });
    for (const name of ['account', 'open orders', 'user data stream'])
      expect(found[name]).toMatchObject({
        status: 'not-checked',
        found: 'the exchange does not take the keys',
      });
    for (const name of ['exchange clock', 'market stream']) expect(found[name]?.status).toBe('ok');
    expect(JSON.stringify(found)).not.toContain(key);
    expect(JSON.stringify(found)).not.toContain(secret);
  });

  it('tells that nobody listens', async () => {
    const found = await diagnosis(at(1));
    expect(found['way to REST']).toMatchObject({
      status: 'problem',
      found: '127.0.0.1:1 cannot be connected to: ECONNREFUSED',
    });
    for (const name of OF_EXCHANGE)
      expect(found[name]).toMatchObject({ status: 'not-checked', found: 'the exchange cannot be reached' });
  });

  it('tells that a name leads nowhere', async () => {
    const found = await diagnosis(at(1, { HEDGEHOG_REST_URL: 'http://nobody.testnet.binance.vision' }));
    expect(found['way to REST']?.found).toMatch(/^the name nobody\.testnet\.binance\.vision leads nowhere/);
  });

  it('tells that REST is down while the streams are not', async () => {
    const { port } = await aSimulator({
      faults: [{ what: 'answer-error', times: 'always', status: 503, form: 'page' }],
    });
    const found = await diagnosis(at(port));
    expect(found['exchange REST']).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('HTTP 503'),
    });
    for (const name of ['exchange clock', 'rate limits', 'keys', 'account', 'user data stream'])
      expect(found[name]).toMatchObject({ status: 'not-checked' });
    expect(found['market stream']?.status).toBe('ok');
  });

  it('tells that it is banned, and that a firewall is in the way', async () => {
    const { port } = await aSimulator({
      faults: [{ what: 'rate-limit', times: 1, status: 418, retryAfterSeconds: 120 }],
    });
    expect((await diagnosis(at(port)))['exchange REST']?.found).toBe(
      '/api/v3/ping: the exchange wants silence for 120 s (ban)',
    );
  });

  it('waits no longer than it is patient for a server that accepts and never answers', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const found = await diagnosis(at((silent.address() as AddressInfo).port), { patienceMs: 200 });
      expect(found['way to REST']?.status).toBe('ok');
      expect(found['exchange REST']).toMatchObject({
        status: 'problem',
        found: '/api/v3/ping: no answer within 200 ms',
      });
      expect(found['market stream']).toMatchObject({ status: 'problem' });
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });

  it('tells that streams are refused', async () => {
    const { port } = await aSimulator({
      faults: [{ what: 'refuse-connection', times: 'always', status: 503 }],
    });
    const found = await diagnosis(at(port));
    for (const name of ['market stream', 'user data stream'])
      expect(found[name]).toMatchObject({ status: 'problem', found: expect.stringContaining('HTTP 503') });
  });

  it('tells that a key may not follow the orders of its account', async () => {
    const { port } = await aSimulator();
    const denying = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    denying.on('connection', (socket) =>
      socket.on('message', (text: Buffer) => {
        const { id } = JSON.parse(text.toString()) as { id: string };
        socket.send(JSON.stringify({ id, status: 401, error: { code: -2015, msg: 'no' } }));
      }),
    );
    await once(denying, 'listening');
    const url = `ws://127.0.0.1:${(denying.address() as AddressInfo).port}`;
    const found = await diagnosis(at(port, { HEDGEHOG_WS_API_URL: url }));
    expect(found['user data stream']).toMatchObject({
      status: 'problem',
      found: 'the exchange does not let us follow our orders: status 401, code -2015',
    });
    expect(found.keys?.status).toBe('ok');
    denying.close();
  });

  it('tells that a connection has no TLS that it should have', async () => {
    const { port } = await aSimulator();
    const found = await diagnosis(at(port, { HEDGEHOG_REST_URL: `https://127.0.0.1:${port}` }));
    expect(found['way to REST']).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('cannot be connected to'),
    });
  });

  it('tells of an account that may not trade, and of one with real money that may withdraw', async () => {
    const server = await aScriptedServer();
    try {
      const now = () => ({ body: { serverTime: Date.now() } });
      server.on('GET /api/v3/ping', { body: {} });
      server.on('GET /api/v3/time', now);
      server.on('GET /api/v3/openOrders', { body: [] });
      const facts = {
        canTrade: true,
        canWithdraw: true,
        commissionRates: { maker: '0.001', taker: '0.002' },
        balances: [],
      };
      server.on(
        'GET /api/v3/account',
        { body: facts },
        { body: facts },
        { body: { ...facts, canWithdraw: false } },
        { body: { ...facts, canTrade: false } },
      );
      const real = {
        ...at(1, {
          HEDGEHOG_REST_URL: server.url,
          HEDGEHOG_STREAMS_URL: 'ws://127.0.0.2:1',
          HEDGEHOG_API_KEY: 'k',
          HEDGEHOG_API_SECRET: 's',
        }),
        // Whatever is not known for play money counts as real.
        HEDGEHOG_WS_API_URL: 'ws://0.0.0.0:1/ws-api/v3',
        HEDGEHOG_LIVE: 'yes',
      };
      const first = await diagnosis(real);
      expect(first.exchange?.found).toContain('orders cost real money');
      expect(first.account).toMatchObject({
        status: 'warning',
        found: expect.stringContaining('withdrawals are open'),
      });
      // Nobody loses anything by what is withdrawn of play money.
      const play = { ...real, HEDGEHOG_WS_API_URL: 'ws://127.0.0.1:1/ws-api/v3' };
      expect((await diagnosis(play)).account?.status).toBe('ok');
      expect((await diagnosis(real)).account?.status).toBe('ok');
      expect((await diagnosis(real)).account).toMatchObject({
        status: 'problem',
        found: expect.stringContaining('may not trade'),
      });
    } finally {
      await server.stop();
    }
  });

  it('tells of open orders that are not ours', async () => {
    const { port } = await aSimulator();
    const known = () => ({ known: { orderIdStarts: ['hhabc-'] } });
    await place(port, 'hhabc-1-buy');
    expect((await diagnosis(at(port), known()))['open orders']).toMatchObject({
      status: 'ok',
      found: '1, all of them ours',
    });
    await place(port, 'mine');
    expect((await diagnosis(at(port), known()))['open orders']).toMatchObject({
      status: 'warning',
      found: '2, of which 1 are not ours: XRPUSDT',
    });
    expect((await diagnosis(at(port)))['open orders']?.found).toMatch(/^2; whose they are is not known/);
  });
});

/** Has an order rest far from the price. */
async function place(port: number, newClientOrderId: string): Promise<void> {
  const given = new URLSearchParams({
    ...{ symbol: 'XRPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '0.2', quantity: '100' },
    ...{ newClientOrderId, timestamp: String(Date.now()) },
  }).toString();
  const placed = await fetch(
    `http://127.0.0.1:${port}/api/v3/order?${given}&signature=${signedByHmac(given)}`,
    {
      method: 'POST',
      headers: { 'x-mbx-apikey': API_KEY },
    },
  );
  expect(placed.status).toBe(200);
}
