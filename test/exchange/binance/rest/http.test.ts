import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Credentials } from '../../../../src/exchange/binance/credentials.js';
import { type HttpAnswer, type HttpRequest, send } from '../../../../src/exchange/binance/rest/http.js';
import { parseJson } from '../../../../src/exchange/binance/rest/json-text.js';
import { signedQuery } from '../../../../src/exchange/binance/signing.js';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { aScriptedServer, type ScriptedServer } from '../../../support/scripted-http.js';

const credentials = Credentials.withSecret('TheApiKey', 'TheSecret');
const PARAMS = signedQuery({ symbol: '１２３', side: 'BUY' }, credentials, 1_000);

let server: ScriptedServer;
let clock: SimClock;
beforeEach(async () => {
  server = await aScriptedServer();
  clock = new SimClock();
});
afterEach(() => server.stop());

const request = (method: HttpRequest['method'], path = '/x'): HttpRequest => ({
  method,
  url: `${server.url}${path}`,
  params: PARAMS,
  apiKey: 'TheApiKey',
});
const sent = (what: HttpRequest, mostBytes = 1_000): Promise<HttpAnswer> =>
  send(what, { clock, timeoutMs: 15_000, mostBytes });

describe('send', () => {
  it.each(['GET', 'POST', 'DELETE'] as const)(
    'sends with %s the very bytes that were signed, and the key',
    async (method) => {
      server.on(`${method} /x`, { body: { fine: true } });
      expect(await sent(request(method))).toEqual({
        kind: 'ok',
        json: { fine: true },
        usage: [],
        retryAfterMs: null,
      });
      expect(server.requests).toMatchObject([
        { method, path: '/x', params: PARAMS, headers: { 'x-mbx-apikey': 'TheApiKey' } },
      ]);
    },
  );

  it('sends an order as a form of known length, so that the signature is in no URL', async () => {
    server.on('POST /x', {});
    await sent(request('POST'));
    expect(server.requests[0]?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(PARAMS.length),
    });
  });

  it('sends no key with a public request, and no question mark without params', async () => {
    server.on('GET /x', {});
    await sent({ ...request('GET'), params: '', apiKey: null });
    expect(server.requests[0]?.headers).not.toHaveProperty('x-mbx-apikey');
    expect(server.requests[0]?.params).toBe('');
  });

  it.each([421, 401, 408, 425, 429, 500, 503, 307, 302])(
    'sends an order once, also when the answer is %i',
    async (status) => {
      server.on('POST /x', {
        status,
        headers: { location: '/x', 'retry-after': '0' },
        body: { code: -1000, msg: 'x' },
      });
      expect(await sent(request('POST'))).toMatchObject({ kind: 'error', status });
      expect(server.requests).toHaveLength(1);
    },
  );

  it.each(['drop', { body: '{"code":-1', cut: true, status: 400 }] as const)(
    'sends an order once, also when the socket is cut, on a connection that was used before',
    async (reply) => {
      server.on('POST /x', {}, reply);
      await sent(request('POST'));
      await sent(request('POST'));
      expect(server.requests).toHaveLength(2);
    },
  );

  it('reads the counts of limits, and the seconds to wait', async () => {
    server.on('GET /x', {
      status: 429,
      headers: {
        'X-MBX-USED-WEIGHT': '37',
        'X-MBX-USED-WEIGHT-1M': '37',
        'x-mbx-order-count-10s': '2',
        'X-Mbx-Order-Count-1D': '99',
        'X-MBX-ORDER-COUNT-1H': 'many',
        'Retry-After': '12',
      },
      body: { code: -1003, msg: 'Too many requests queued.' },
    });
    const answer = await sent(request('GET'));
    expect(answer).toMatchObject({ status: 429, code: -1003, retryAfterMs: 12_000 });
    expect(answer.kind === 'error' && answer.usage.toSorted((a, b) => a.windowMs - b.windowMs)).toEqual([
      { kind: 'orders', windowMs: 10_000, count: 2 },
      { kind: 'weight', windowMs: 60_000, count: 37 },
      { kind: 'orders', windowMs: 86_400_000, count: 99 },
    ]);
  });

  it.each([
    ['HTML', { status: 403, body: '<html>blocked</html>' }, 'a body that is no JSON'],
    ['nothing', { status: 502, body: '' }, 'an empty body'],
    ['JSON that breaks off', { status: 200, body: '{"a":' }, 'a body that is no JSON'],
    ['a cut body', { status: 200, body: '{"a":1', cut: true }, 'the body broke off'],
    [
      'bytes that are no text',
      { status: 200, body: new Uint8Array([0x22, 0xff, 0x22]) },
      'the body broke off',
    ],
    [
      'more than it should',
      { status: 200, body: `"${'x'.repeat(1_000)}"` },
      'a body of more than 1000 bytes',
    ],
    ['an error of another shape', { status: 400, body: { code: '-1', msg: 5 } }, 'a body of another shape'],
    ['a positive code', { status: 400, body: { code: 5, msg: 'x' } }, 'a body of another shape'],
    ['a list', { status: 400, body: [] }, 'a body of another shape'],
  ] as const)('keeps the status of an answer with %s, and has no code', async (_what, reply, message) => {
    server.on('GET /x', reply);
    expect(await sent(request('GET'))).toMatchObject({
      kind: 'error',
      status: reply.status,
      code: null,
      message,
    });
  });

  it('ends at the time limit, and leaves no timer behind', async () => {
    server.on('GET /x', 'silence');
    const first = sent(request('GET'));
    await server.arrived('GET /x', 1);
    clock.advance(14_999);
    clock.advance(1);
    expect(await first).toEqual({ kind: 'no-answer', why: 'no answer within 15000 ms' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells of a connection that fails by its code alone', async () => {
    server.on('POST /x', 'drop');
    expect(await sent(request('POST'))).toMatchObject({
      kind: 'no-answer',
      why: expect.stringMatching(/^\w+$/),
    });
    await server.stop();
    expect(await sent(request('POST'))).toEqual({ kind: 'no-answer', why: 'ECONNREFUSED' });
  });

  it('shows nothing of a signed request, though the server repeats it', async () => {
    const signature = /signature=(.*)/.exec(PARAMS)?.[1] as string;
    server.on('GET /x', ({ params, headers }) => ({
      status: 400,
      body: { code: -1100, msg: `${params} | ${String(headers['x-mbx-apikey'])} | ${signature} | tail` },
    }));
    const shown = inspect(await sent(request('GET')));
    expect(shown).toContain('tail');
    expect(shown).not.toMatch(new RegExp(`TheApiKey|${signature}|timestamp`));
  });
});

describe('parseJson', () => {
  it('keeps every digit of numbers that a double may not hold, as nothing that passes for a number or a decimal', () => {
    const text =
      '{"id":9007199254740993,"f":812.00000000000000001,"s":"9007199254740993 \\" 12345678901234567","n":-12,"t":1784246400123,"l":[12345678901234567890]}';
    expect(parseJson(text)).toEqual({
      id: { longNumber: '9007199254740993' },
      f: { longNumber: '812.00000000000000001' },
      s: '9007199254740993 " 12345678901234567',
      n: -12,
      t: 1784246400123,
      l: [{ longNumber: '12345678901234567890' }],
    });
  });

  it('throws on what is no JSON', () => {
    expect(() => parseJson('{"a":12345678901234567890,}')).toThrow(SyntaxError);
  });
});
