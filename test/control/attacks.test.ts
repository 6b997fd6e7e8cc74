import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Asking, controlledEngine } from '../support/control.js';
import { eventually } from '../support/running-hedgehog.js';

const api = controlledEngine(['XRPUSDT', 'BTCUSDT']);

const KILL = { method: 'POST', body: { path: 'PubSub' } } as const;
const SWITCH = { method: 'POST', body: { symbols: ['XRPUSDT'] } } as const;
const PATCH = { method: 'PATCH', body: { budget: '77' } } as const;
const CHANGES: readonly (readonly [string, Asking])[] = [
  ['/v1/kill', KILL],
  ['/v1/services/trading/start', SWITCH],
  ['/v1/services/trading/stop', SWITCH],
  ['/v1/services/trading/shutdown', SWITCH],
  ['/v1/services/streaming/start', SWITCH],
  ['/v1/services/storing/start', { method: 'POST', body: { symbols: ['XRPUSDT'], topic: 'ORDERS' } }],
  ['/v1/settings/XRPUSDT', PATCH],
  ['/v1/log-levels', { method: 'PUT', body: { part: 'trading', level: 'error' } }],
];

/** Everything that a request could have changed. */
async function everything(): Promise<string> {
  const { kysely } = api.db.database;
  const tables = ['trading_settings', 'streaming_settings', 'storing_settings', 'cycles'] as const;
  const rows = await Promise.all(tables.map((table) => kysely.selectFrom(table).selectAll().execute()));
  const living = api.engine.system.registry.names().map((name) => {
    const pid = api.engine.system.registry.lookup(name);
    return `${name} ${pid?.id}`;
  });
  return JSON.stringify([rows, living, api.engine.system.counts.crashes, api.log.levels.all()]);
}

const refusals = (): string[] =>
  api.entries
    .filter(({ level, message }) => level === 'warn' && message.startsWith('control: refused'))
    .map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`);

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection as it is, for what no HTTP client would send. */
async function dial(): Promise<Socket> {
  const socket = connect(api.port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

describe('a request is refused, logged and changes nothing', () => {
  it.each<readonly [string, number, string, Asking]>([
    ['no token', 401, 'no-token', { token: null }],
    ['a wrong token', 401, 'wrong-token', { token: 'x'.repeat(43) }],
    ['an empty token', 401, 'wrong-token', { token: '' }],
    [
      'the token in another scheme',
      401,
      'wrong-token',
      { token: null, headers: { authorization: 'Basic eDp5' } },
    ],
    ['another Host', 403, 'wrong-host', { headers: { host: 'hedgehog.example:7749' } }],
    ['a Host that starts as ours', 403, 'wrong-host', { headers: { host: '127.0.0.1.example' } }],
    ['a Host that is none', 403, 'wrong-host', { headers: { host: 'localhost:x' } }],
    ['another address as Host', 403, 'wrong-host', { headers: { host: '192.168.1.7' } }],
    ['an Origin', 403, 'from-a-page', { headers: { origin: 'http://127.0.0.1:3000' } }],
    ['the Origin null', 403, 'from-a-page', { headers: { origin: 'null' } }],
    ['what a browser adds', 403, 'from-a-page', { headers: { 'sec-fetch-site': 'cross-site' } }],
  ])('with %s', async (_what, status, code, asking) => {
    const before = await everything();
    for (const [path, change] of CHANGES) {
      const answered = await api.ask(path, { ...change, ...asking });
      expect([answered.status, answered.json.error.code]).toEqual([status, code]);
      expect(answered.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect((await api.ask('/v1/inspect', asking)).status).toBe(status);
    expect((await api.ask('/v1/inspect', { ...asking, overSocket: true })).status).toBe(status);
    expect(await everything()).toBe(before);
    expect(refusals()).toHaveLength(CHANGES.length + 2);
    expect(refusals()[0]).toContain(`(${code}) {"status":${status},"method":"POST","path":"\\"/v1/kill\\""`);
  });

  it('with the read-only token, when it is a change', async () => {
    const before = await everything();
    for (const [path, change] of CHANGES) {
      const answered = await api.ask(path, { ...change, token: api.tokens.read });
      expect([answered.status, answered.json.error.code]).toEqual([403, 'read-only-token']);
    }
    const tried = await api.ask('/v1/settings/XRPUSDT?dryRun=true', { ...PATCH, token: api.tokens.read });
    expect(tried.status).toBe(403);
    expect(await everything()).toBe(before);
    expect(refusals()).toHaveLength(CHANGES.length + 1);
    expect((await api.ask('/v1/positions', { token: api.tokens.read })).status).toBe(200);
  });

  it.each<readonly [string, number, string, Asking]>([
    ['no JSON', 400, 'malformed-request', { body: '{"path":' }],
    ['no body', 415, 'malformed-request', { body: '', headers: { 'content-type': 'text/plain' } }],
    [
      'a form',
      415,
      'malformed-request',
      { body: 'path=PubSub', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    [
      'text',
      415,
      'malformed-request',
      { body: '{"path":"PubSub"}', headers: { 'content-type': 'text/plain' } },
    ],
    ['a polluted prototype', 400, 'malformed-request', { body: '{"__proto__":{"path":"PubSub"}}' }],
    ['a list', 400, 'invalid', { body: [] }],
    ['a number for a path', 400, 'invalid', { body: { path: 1 } }],
    ['one key more', 400, 'invalid', { body: { path: 'PubSub', force: true } }],
    ['a path too long', 400, 'invalid', { body: { path: 'x'.repeat(501) } }],
    ['more bytes than are taken', 413, 'malformed-request', { body: { path: 'x'.repeat(70_000) } }],
    ['an unknown actor', 404, 'unknown', { body: { path: 'Hedgehog/PubSub/x' } }],
    ['the root', 400, 'invalid', { body: { path: 'Hedgehog' } }],
  ])('with %s for a body', async (_what, status, code, asking) => {
    const before = await everything();
    const answered = await api.ask('/v1/kill', { method: 'POST', ...asking });
    expect([answered.status, answered.json.error.code]).toEqual([status, code]);
    expect(await everything()).toBe(before);
    expect(refusals()).toHaveLength(1);
  });

  it.each<readonly [string, Asking, number, string]>([
    [
      '/v1/services/trading/start',
      { body: { symbols: ['XRPUSDT', 'NOPE'] } },
      404,
      '"NOPE" is unknown; allowed is BTCUSDT, XRPUSDT',
    ],
    [
      '/v1/services/trading/start',
      { body: { symbols: [] } },
      400,
      'symbols is a list; allowed is at least one symbol',
    ],
    [
      '/v1/services/trading/start',
      { body: { symbols: ["X'; DROP"] } },
      400,
      'allowed is a symbol such as XRPUSDT',
    ],
    [
      '/v1/services/trading/start',
      { body: { symbols: ['XRPUSDT', 'BTCUSDT'], settings: { budget: '1' } } },
      400,
      'the budget is 1 for 5 chunks',
    ],
    [
      '/v1/services/storing/start',
      { body: { symbols: ['XRPUSDT'], topic: 'COINS' } },
      400,
      'topic is "COINS"; allowed is TRADE_EVENTS, ORDERS, OHLC',
    ],
    [
      '/v1/settings/XRPUSDT',
      { method: 'PATCH', body: { chunks: 0 } },
      400,
      'chunks is the number 0; allowed is a whole number from 1',
    ],
    ['/v1/settings/XRPUSDT', { method: 'PATCH', body: { colour: 'red' } }, 400, '"colour" is unknown'],
    ['/v1/settings/NOPE', { method: 'PATCH', body: { chunks: 1 } }, 404, '"NOPE" is unknown'],
    ['/v1/settings/XRPUSDT?dryRun=maybe', PATCH, 400, 'dryRun is "maybe"; allowed is true, false'],
    ['/v1/orders?limit=1001', {}, 400, 'limit is "1001"; allowed is a number from 1 to 1000'],
    ['/v1/orders?limit=-1', {}, 400, 'limit is "-1"; allowed is a number from 1 to 1000'],
    ['/v1/orders?symbol=NOPE', {}, 404, '"NOPE" is unknown; allowed is'],
    ['/v1/orders?limit=1&limit=2', {}, 400, 'limit is a list'],
    ['/v1/orders?sort=up', {}, 400, '"sort" is unknown'],
    ['/v1/logs?level=loud', {}, 400, 'level is "loud"; allowed is error, warn, info, debug'],
    ['/v1/logs?part=money', {}, 400, 'part is "money"; allowed is app, actors, trading'],
    ['/v1/logs?symbol=.*', {}, 400, 'symbol is ".*"; allowed is a symbol such as XRPUSDT'],
    [
      '/v1/log-levels',
      { method: 'PUT', body: { part: 'trading', level: 'loud' } },
      400,
      'level is "loud"; allowed is error, warn, info, debug',
    ],
    [
      '/v1/log-levels',
      { method: 'PUT', body: { part: 'all', level: 'info' } },
      400,
      'part is "all"; allowed is app',
    ],
    ['/v1/log-levels', { method: 'PUT', body: { part: 'trading' } }, 400, 'level is missing'],
    ['/v1/log-levels', { method: 'PUT', body: { level: 'info', for: '1h' } }, 400, '"for" is unknown'],
    ['/v1/inspect?path=nope', {}, 404, 'there is no actor "nope"'],
  ])('%s %j', async (path, asking, status, message) => {
    const before = await everything();
    const answered = await api.ask(path, asking);
    expect(answered.status).toBe(status);
    expect(answered.json.error.message).toContain(message);
    const told: readonly string[] = answered.json.error.message.split('\n');
    expect(new Set(told).size).toBe(told.length);
    expect(await everything()).toBe(before);
    expect(refusals()).toHaveLength(1);
  });

  it.each(['/', '/v1', '/v1/nothing', '/v1/inspect/..', '/V1/inspect', '/v1/kill', '/%00'])(
    'for what there is not: GET %s',
    async (path) => {
      expect((await api.ask(path, { token: null })).status).toBe(401);
      expect((await api.ask(path)).status).toBeGreaterThanOrEqual(400);
      expect(refusals()).toHaveLength(2);
    },
  );

  it('and no token is ever in the log', async () => {
    const { full, read } = api.tokens;
    await api.ask(`/v1/${full}?token=${full}`);
    await api.ask(`/v1/kill?token=${full}`, { ...KILL, token: read });
    await api.ask('/v1/kill', { ...KILL, body: { path: full } });
    await api.ask('/v1/inspect', { headers: { host: full } });
    await api.ask('/v1/kill', { body: { path: 'Leader NONE' } });
    expect(refusals()).toHaveLength(5);
    const tree = (await api.ask('/v1/inspect')).text;
    for (const token of [full, read]) {
      expect(JSON.stringify(api.entries)).not.toContain(token);
      expect(tree).not.toContain(token);
    }
  });
});

describe('a connection', () => {
  it('whose header comes letter by letter is ended, and others are served meanwhile', async () => {
    const socket = await dial();
    const ended = text(socket);
    const bytes = `GET /v1/inspect HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(5_000)}`.split('');
    const dribble = setInterval(() => {
      if (socket.writable) socket.write(bytes.shift() ?? 'x');
    }, 20);
    expect((await api.ask('/healthz', { token: null })).status).toBe(200);
    expect(await ended).toContain('408 Request Timeout');
    clearInterval(dribble);
    expect(refusals().join()).toContain('malformed-request');
  });

  it('that says nothing is ended', async () => {
    const socket = await dial();
    await text(socket);
    expect(socket.readyState).not.toBe('open');
  });

  it.each([
    ['is no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
    ['has too long a header', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`, '431 '],
    ['has no Host', 'GET /healthz HTTP/1.0\r\n\r\n', '403 Forbidden'],
    [
      'has two lengths',
      'POST /v1/kill HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      '400 ',
    ],
  ])('whose request %s is answered and ended', async (_what, request, answer) => {
    const socket = await dial();
    const answered = text(socket);
    socket.write(request);
    expect(await answered).toContain(answer);
    expect(refusals()).toHaveLength(1);
  });

  it('too many is dropped, and there is room again when the others have gone', async () => {
    const many = await Promise.all(Array.from({ length: 64 }, () => dial()));
    const more = await dial();
    await once(more, 'close');
    expect(refusals().join()).toContain('too-many-connections');
    expect((await api.ask('/healthz', { overSocket: true })).status).toBe(200);
    for (const socket of many) socket.destroy();
    await eventually(
      () =>
        api.ask('/healthz').then(
          ({ status }) => status,
          () => 0,
        ),
      'there is room',
      (status) => status === 200,
    );
  });
});

describe('a storm of refusals', () => {
  it('is logged once it is clear what it is, and not each drop of it', async () => {
    for (let count = 0; count < 80; count++) await api.ask('/v1/inspect', { token: null });
    expect(refusals()).toHaveLength(50);
  });
});
