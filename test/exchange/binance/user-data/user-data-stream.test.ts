import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Credentials } from '../../../../src/exchange/binance/credentials.js';
import { ConnectionBudget } from '../../../../src/exchange/binance/socket/connection-budget.js';
import { UserDataFigures } from '../../../../src/exchange/binance/user-data/user-data-figures.js';
import {
  UserDataStream,
  type UserDataStreamArg,
  type UserDataStreamProtocol,
} from '../../../../src/exchange/binance/user-data/user-data-stream.js';
import {
  childSpec,
  formatTree,
  inspectTree,
  type Pid,
  PubSub,
  Supervisor,
  subscribeTo,
} from '../../../../src/otp/index.js';
import { accountBalances, executions, orders, userData } from '../../../../src/ports/topics.js';
import { AccountExchange, failure, ok, type WsRequest } from '../../../support/account-exchange.js';
import {
  aWireCancel,
  aWireFill,
  aWirePosition,
  aWireReport,
  pushed,
  SYMBOL,
} from '../../../support/account-frames.js';
import { actorNamed, aSystem, aWorker, seenBy, type TestSystem } from '../../../support/actors.js';
import { aLog } from '../../../support/log.js';
import { Random } from '../../../support/random.js';
import type { ServerConnection } from '../../../support/socket-server.js';
import { until } from '../../../support/until.js';

const API_KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';
const CREDENTIALS = Credentials.withSecret(API_KEY, SECRET);

let test: TestSystem;
let exchange: AccountExchange;
let log: ReturnType<typeof aLog>;

beforeEach(async () => {
  test = aSystem();
  log = aLog();
  exchange = await AccountExchange.start(CREDENTIALS, () => test.clock.wallMs());
});

afterEach(async () => {
  await test.system.stop();
  await until(
    () => exchange.server.live.length === 0,
    () => test.clock.advance(1_000),
  );
  await exchange.server.stop();
});

/** A message of some topic, in short. */
function brief(message: unknown): string {
  const { kind, ...facts } = message as Record<string, unknown> & { kind: string };
  if (kind === 'execution-report') return `report ${String(facts.executionId)}`;
  if (kind === 'user-data-resumed') return 'resumed';
  if (kind === 'balances-changed') {
    const balances = facts.balances as { asset: string; free: unknown }[];
    return balances.map(({ asset, free }) => `${asset} ${String(free)}`).join(', ');
  }
  const { status, executedQuantity, fills } = facts.order as Record<string, unknown>;
  return `order ${String(status)} ${String(executedQuantity)} in ${(fills as unknown[]).length}`;
}

/** The stream under a supervisor, and all that it publishes. */
function follow(given: Partial<UserDataStreamArg> = {}) {
  const { system, clock } = test;
  const pubsub = system.spawn(PubSub, undefined, 'PubSub');
  const listener = aWorker(system, 'listener');
  for (const topic of [executions(SYMBOL), orders(SYMBOL), userData, accountBalances])
    subscribeTo(system, pubsub, topic, listener);
  let offsetMs = 0;
  let resyncs = 0;
  const arg: UserDataStreamArg = {
    ...{ url: exchange.server.url, clock, random: () => 0.5, budget: new ConnectionBudget(clock) },
    ...{ signing: CREDENTIALS, pubsub, log },
    time: {
      timestamp: () => Promise.resolve(clock.wallMs() + offsetMs),
      async resync() {
        resyncs++;
        offsetMs = exchange.aheadMs;
      },
    },
    ...given,
  };
  const spec = childSpec({ id: 'UserDataStream', server: UserDataStream, arg });
  system.spawn(Supervisor, { children: [spec] }, 'Exchange');
  const stream = (): Pid<UserDataStreamProtocol> => actorNamed(system, 'UserDataStream');
  const told = (): string[] => seenBy(listener).map(brief);
  const count = (what: string): number => told().filter((text) => text === what).length;
  const pass = (holds: () => boolean, stepMs = 10) => until(holds, () => clock.advance(stepMs));
  return {
    ...{ stream, told, count, pass, seen: () => seenBy(listener), resyncs: () => resyncs },
    inspect: () =>
      actorNamed(system, 'UserDataStream').inspect() as Record<string, unknown> & {
        socket: Record<string, unknown>;
      },
    /** Once it was told so many times that lost time is over, and from then on what is pushed is heard. */
    resumed: (times = 1) => pass(() => count('resumed') >= times),
    /** Once that was told; time stands still. */
    untilTold: (text: string) => until(() => told().includes(text)),
  };
}

const live = (): ServerConnection => {
  const connection = exchange.live.at(-1);
  if (connection === undefined) throw new Error('nobody is subscribed');
  return connection;
};

describe('the user data stream', () => {
  it('subscribes with a signature, says that it follows, and tells reports with the orders they make', async () => {
    const { resumed, untilTold, told, seen, inspect: shown } = follow();
    await resumed();
    expect(exchange.requests.map(({ method }) => method)).toEqual(['userDataStream.subscribe.signature']);
    for (const event of [aWireReport(), aWireFill()]) exchange.push(event);
    exchange.push(aWireFill({ X: 'FILLED', I: 1003, t: 5313, l: '0.002', z: '0.003' }));
    await untilTold('order FILLED 0.003 in 2');
    expect(told()).toEqual([
      'resumed',
      ...['report 1001', 'order NEW 0 in 0'],
      ...['report 1002', 'order PARTIALLY_FILLED 0.001 in 1'],
      ...['report 1003', 'order FILLED 0.003 in 2'],
    ]);
    expect(seen()[3]).toMatchObject({ kind: 'execution-report', clientOrderId: 'hedgehog-1', tradeId: 5312 });
    expect(shown()).toMatchObject({ phase: 'subscribed', reports: 3, duplicates: 0, ordersKnown: 1 });
  });

  it('tells a cancel under the id of the order, not of the cancel', async () => {
    const { resumed, untilTold, seen } = follow();
    await resumed();
    exchange.push(aWireCancel());
    await untilTold('order CANCELED 0 in 0');
    expect(seen().slice(1)).toEqual([
      expect.objectContaining({ kind: 'execution-report', clientOrderId: 'hedgehog-1', orderId: 77 }),
      { kind: 'order-update', order: expect.objectContaining({ clientOrderId: 'hedgehog-1', orderId: 77 }) },
    ]);
  });

  it('logs on first, then subscribes, when it is told to, as an Ed25519 key allows', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    exchange.credentials = Credentials.withPrivateKey(API_KEY, pem);
    const { resumed } = follow({ login: 'session', signing: exchange.credentials });
    await resumed();
    expect(
      exchange.requests.map(({ method, params }) => [method, Object.keys(params ?? {}).toSorted()]),
    ).toEqual([
      ['session.logon', ['apiKey', 'signature', 'timestamp']],
      ['userDataStream.subscribe', []],
    ]);
  });

  it('tells balances that changed, keeps them, and shows them', async () => {
    const { resumed, untilTold, told, stream, inspect: shown } = follow();
    await resumed();
    exchange.push(aWirePosition(100, ['BTC', '0.5', '0'], ['USDT', '872.01', '64']));
    exchange.push(aWirePosition(100, ['BTC', '0.5', '0'], ['USDT', '872.01', '64']));
    exchange.push(aWirePosition(99, ['USDT', '1', '0']));
    exchange.push(aWirePosition(101, ['BTC', '0.4', '0'], ['USDT', '872.01', '64']));
    await untilTold('BTC 0.4');
    expect(told()).toEqual(['resumed', 'BTC 0.5, USDT 872.01', 'BTC 0.4']);
    expect(shown().balances).toEqual({ BTC: '0.4 free, 0 locked', USDT: '872.01 free, 64 locked' });
    const balances = await test.system.call(stream(), 'balances', null);
    expect(balances.map(({ asset, locked }) => `${asset} ${locked.toFixed()}`)).toEqual(['BTC 0', 'USDT 64']);
  });

  it('tells delayed, doubled and shuffled reports each once, as they come', async () => {
    const { resumed, told, pass, inspect: shown } = follow();
    await resumed();
    const reports = [aWireReport(), aWireFill(), aWireFill({ X: 'FILLED', I: 1003, t: 5313, z: '0.003' })];
    const random = new Random(11);
    const shuffled = [...reports, ...reports, ...reports]
      .map((report) => ({ report, at: random.next() }))
      .toSorted((a, b) => a.at - b.at);
    for (const { report } of shuffled) exchange.push(report);
    await pass(() => shown().duplicates === 6, 0);
    const reportsTold = told().filter((text) => text.startsWith('report'));
    expect(reportsTold.toSorted()).toEqual(['report 1001', 'report 1002', 'report 1003']);
    expect(told().at(-1)).toBe('order FILLED 0.003 in 2');
  });

  it('counts and passes over events that do not concern orders', async () => {
    const { resumed, untilTold, inspect: shown } = follow();
    await resumed();
    for (const e of ['balanceUpdate', 'listStatus', 'listStatus', 'brand new!']) exchange.push({ e, E: 1 });
    exchange.push(aWireReport());
    await untilTold('report 1001');
    expect(shown().ignored).toEqual({ balanceUpdate: 1, listStatus: 2, others: 1 });
    expect(log.entries.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('says again that orders should be looked up every five minutes, connected or not', async () => {
    const { resumed, count, stream } = follow({ tuning: { silenceMs: 1e12 } });
    await resumed();
    test.clock.advance(299_000);
    await test.system.call(stream(), 'balances', null);
    expect(count('resumed')).toBe(1);
    test.clock.advance(1_000);
    await until(() => count('resumed') === 2);
    await exchange.server.stop();
    exchange.server.reception = { kind: 'refuse', status: 503 };
    await until(() => exchange.live.length === 0);
    test.clock.advance(300_000);
    await until(() => count('resumed') === 3);
  });
});

describe('what cannot be read', () => {
  it('is counted, logged once for each sort, and has orders looked up once', async () => {
    const { resumed, pass, count, untilTold, inspect: shown } = follow();
    await resumed();
    for (const word of ['RESTATED', 'RESTATED', 'MUTED']) exchange.push(aWireFill({ X: word }));
    exchange.push(aWireFill({ l: 'many' }));
    live().send('<html>');
    exchange.push(aWireReport());
    await untilTold('report 1001');
    expect(shown().malformed).toEqual({
      'executionReport.X RESTATED': 2,
      'executionReport.X MUTED': 1,
      'executionReport.l': 1,
      frame: 1,
    });
    expect(log.entries.filter(({ level }) => level === 'error').map(({ fields }) => fields)).toEqual([
      { where: 'executionReport.X', unknownWord: 'RESTATED' },
      { where: 'executionReport.X', unknownWord: 'MUTED' },
      { where: 'executionReport.l', unknownWord: null },
      { where: 'frame', unknownWord: null },
    ]);
    expect(count('resumed')).toBe(1);
    await pass(() => count('resumed') === 2);
    live().send('<html>');
    await pass(() => count('resumed') === 3);
    expect(test.crashes).toEqual([]);
  });

  it('ends the connection when there is too much of it, and the next one begins at nothing', async () => {
    const { resumed, told, inspect: shown } = follow({ malformedLimit: 3 });
    await resumed();
    const first = live();
    for (let times = 0; times < 3; times++) first.send('{');
    await until(() => first.closed);
    await resumed(3);
    live().send('{');
    live().send('{');
    exchange.push(aWireReport());
    await until(() => told().includes('report 1001'));
    expect(exchange.server.connections).toHaveLength(2);
    expect(shown().socket).toMatchObject({ lastEnd: 'given-up too many malformed frames' });
  });

  it('does not end it for words that are new', async () => {
    const { resumed, untilTold } = follow({ malformedLimit: 3 });
    await resumed();
    for (let times = 0; times < 10; times++) exchange.push(aWireFill({ X: 'RESTATED' }));
    exchange.push(aWireReport());
    await untilTold('report 1001');
    expect(exchange.server.connections).toHaveLength(1);
  });
});

describe('a connection that is lost', () => {
  const CUTS: readonly [string, (cut: () => void) => void][] = [
    [
      'as soon as it stands',
      (cut) => {
        exchange.server.onConnection = cut;
      },
    ],
    [
      'when it was asked to subscribe, unanswered',
      (cut) => {
        exchange.reply = () => {
          cut();
          return null;
        };
      },
    ],
    [
      'when it has just been subscribed',
      (cut) => {
        exchange.reply = (_request, usual) => {
          setImmediate(cut);
          return usual();
        };
      },
    ],
  ];

  it.each(CUTS)('%s is replaced, and orders are looked up', async (_when, arrange) => {
    let cuts = 0;
    arrange(() => {
      cuts++;
      for (const connection of exchange.server.live) connection.drop();
    });
    const { resumed, pass, count, untilTold } = follow();
    await pass(() => cuts >= 3);
    exchange.server.onConnection = () => undefined;
    exchange.reply = (_request, usual) => usual();
    const before = count('resumed');
    await resumed(before + 1);
    await pass(() => exchange.live.length === 1);
    await resumed(count('resumed'));
    exchange.push(aWireReport());
    await untilTold('report 1001');
  });

  it('in use is replaced, and orders are looked up once the next one is subscribed', async () => {
    const { resumed, told, pass, inspect: shown } = follow();
    await resumed();
    for (let round = 2; round <= 5; round++) {
      live().drop();
      await until(() => shown().phase === 'away');
      expect(told()).toHaveLength(round - 1);
      await pass(() => told().length === round);
      expect(shown().phase).toBe('subscribed');
    }
    expect(log.entries.filter(({ level }) => level === 'warn')).toHaveLength(4);
  });

  it('by silence is replaced', async () => {
    const { resumed, pass, inspect: shown } = follow();
    await resumed();
    live().stall();
    await pass(() => shown().phase === 'away', 1_000);
    await resumed(2);
    expect(shown().socket).toMatchObject({ lastEnd: 'silent', reconnects: 1 });
  });

  it('during the answer to a request is replaced when no answer comes', async () => {
    exchange.reply = () => null;
    const { resumed, pass, inspect: shown } = follow();
    await pass(() => exchange.requests.length === 1);
    await pass(() => shown().phase === 'away', 500);
    expect(shown().socket).toMatchObject({ lastEnd: 'prepare-failed no answer' });
    exchange.reply = (_request, usual) => usual();
    await resumed();
  });
});

describe('eventStreamTerminated', () => {
  const terminate = () => exchange.push({ e: 'eventStreamTerminated', E: 1 });

  it('is followed by another subscription on the same connection, and a look-up', async () => {
    const { resumed, told, untilTold } = follow();
    await resumed();
    terminate();
    await resumed(2);
    expect(exchange.server.connections).toHaveLength(1);
    expect(exchange.requests).toHaveLength(2);
    exchange.push(aWireReport());
    await untilTold('report 1001');
    expect(told().slice(0, 2)).toEqual(['resumed', 'resumed']);
  });

  it('that comes again leads to another connection', async () => {
    const { resumed } = follow();
    await resumed();
    const first = live();
    terminate();
    await resumed(2);
    terminate();
    await until(() => first.closed);
    await resumed(3);
    expect(exchange.server.connections).toHaveLength(2);
  });

  it('leads to another connection when subscribing again fails', async () => {
    const { resumed } = follow();
    await resumed();
    const first = live();
    exchange.reply = (_request, usual, connection) => (connection === first ? failure(400, -1000) : usual());
    terminate();
    await until(
      () => first.closed,
      () => test.clock.advance(10),
    );
    await resumed(2);
    expect(exchange.server.connections).toHaveLength(2);
  });

  it('on a connection that has been replaced changes nothing', async () => {
    const { resumed, untilTold, told } = follow();
    await resumed();
    const first = live();
    first.send({ event: { e: 'serverShutdown', E: 1 } });
    await until(
      () => told().length === 2,
      () => test.clock.advance(1),
    );
    first.send(pushed({ e: 'eventStreamTerminated', E: 1 }));
    first.send(pushed(aWireReport()));
    await untilTold('report 1001');
    expect(exchange.requests).toHaveLength(2);
    expect(exchange.live).toHaveLength(2);
  });
});

describe('serverShutdown', () => {
  const shutdown = { event: { e: 'serverShutdown', E: 1 } };

  it('has the next connection subscribed before the old one is closed; what both tell is told once', async () => {
    const { resumed, untilTold, told, pass, inspect: shown } = follow();
    await resumed();
    const first = live();
    first.send(shutdown);
    await until(
      () => exchange.live.length === 2,
      () => test.clock.advance(1),
    );
    for (const event of [aWireReport(), aWireFill()]) exchange.push(event);
    await untilTold('report 1002');
    await pass(() => first.closed);
    await until(() => shown().duplicates === 2);
    expect(told().filter((text) => text.startsWith('report'))).toEqual(['report 1001', 'report 1002']);
    expect(told().filter((text) => text === 'resumed')).toHaveLength(2);
    expect(shown()).toMatchObject({ phase: 'subscribed', socket: { rotations: 1, reconnects: 0 } });
    expect(log.entries.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('without any lead time is a connection that is lost', async () => {
    const { resumed, inspect: shown } = follow();
    await resumed();
    const first = live();
    first.send(shutdown);
    first.drop();
    await resumed(2);
    expect(shown()).toMatchObject({ phase: 'subscribed', socket: { reconnects: 1, rotations: 0 } });
  });

  it('keeps the old connection while the next one cannot subscribe', async () => {
    const { resumed, untilTold, inspect: shown } = follow();
    await resumed();
    const first = live();
    exchange.reply = () => failure(503, -1001);
    first.send(shutdown);
    await until(
      () => exchange.requests.length >= 4,
      () => test.clock.advance(10),
    );
    expect(shown().phase).toBe('subscribed');
    exchange.push(aWireReport());
    await untilTold('report 1001');
  });
});

describe('answers', () => {
  it('in another order, with numeric ids, or to nobody are matched or passed over', async () => {
    exchange.reply = (request: WsRequest, usual, connection) => {
      connection.send({ id: 'nobody', ...ok() });
      connection.send({ id: Number(request.id), ...usual() });
      return null;
    };
    const { resumed, inspect: shown } = follow({ login: 'session' });
    await resumed();
    expect(shown().malformed).toEqual({});
  });

  it('that subscribe twice are as good as once', async () => {
    exchange.reply = () => failure(400, -2035);
    const { resumed } = follow();
    await resumed();
  });

  it('of a wrong clock have it set, and the request repeated', async () => {
    exchange.aheadMs = 5_000;
    const { resumed, resyncs } = follow();
    await resumed();
    expect(resyncs()).toBe(1);
    expect(exchange.requests).toHaveLength(2);
    expect(exchange.server.connections).toHaveLength(1);
  });

  it('of a clock that stays wrong lead to another attempt after a wait', async () => {
    exchange.reply = () => failure(400, -1021);
    const { pass, inspect: shown } = follow();
    await pass(() => exchange.server.connections.length === 3);
    expect(exchange.requests.length).toBeLessThanOrEqual(6);
    expect(shown().phase).toBe('away');
  });

  it('of too many requests keep it away until the exchange wants it', async () => {
    exchange.reply = (_request, _usual) =>
      failure(429, -1003, 'Too much.', { serverTime: 0, retryAfter: test.clock.wallMs() + 90_000 });
    const { resumed, inspect: shown } = follow();
    await until(
      () => shown().phase === 'away',
      () => test.clock.advance(1),
    );
    exchange.reply = (_request, usual) => usual();
    test.clock.advance(89_000);
    expect(shown().socket).toMatchObject({ phase: 'waiting', attempts: 1 });
    await resumed();
    expect(exchange.server.attempts).toBe(2);
  });

  it('asks for the time first when it is not known', async () => {
    let known = false;
    const { resumed } = follow({
      time: {
        timestamp: () => Promise.resolve(known ? test.clock.wallMs() : null),
        async resync() {
          known = true;
        },
      },
    });
    await resumed();
    expect(exchange.requests).toHaveLength(1);
  });
});

describe('the time of the exchange', () => {
  it('that cannot be had leads to another attempt after a wait', async () => {
    let tries = 0;
    const { resumed, inspect: shown } = follow({
      time: {
        timestamp: () => Promise.resolve(tries < 3 ? null : test.clock.wallMs()),
        resync: () => (++tries === 1 ? Promise.reject(new Error('no time')) : Promise.resolve()),
      },
    });
    await resumed();
    expect(exchange.server.connections).toHaveLength(3);
    expect(exchange.requests).toHaveLength(1);
    expect(shown()).toMatchObject({ phase: 'subscribed' });
    expect(log.entries.filter(({ level }) => level === 'warn').map(({ fields }) => fields.detail)).toEqual([
      'no time',
      'the time of the exchange is not known',
    ]);
  });
});

describe('a key that the exchange does not take', () => {
  it.each([
    [401, -2015],
    [401, -2014],
    [400, -1022],
    [400, -1002],
    [401, -1],
  ])('with status %i and code %i is reported, and not tried again', async (status, code) => {
    exchange.reply = () => failure(status, code);
    const { pass, inspect: shown } = follow();
    await pass(() => shown().phase === 'denied');
    test.clock.advance(100_000_000);
    expect(exchange.server.attempts).toBe(1);
    expect(shown().socket).toMatchObject({ phase: 'closed' });
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({ fields: { reason: `status ${status}, code ${code}` } }),
    ]);
    await until(() => exchange.server.live.length === 0);
    expect(test.crashes).toEqual([]);
  });

  it('is known by an answer without an id, while a request is under way and while none is', async () => {
    exchange.reply = (_request, _usual, connection) => {
      connection.send({ id: null, ...failure(401, -2015) });
      return null;
    };
    const { pass, inspect: shown } = follow();
    await pass(() => shown().phase === 'denied');
    expect(exchange.requests).toHaveLength(1);
  });

  it('that is revoked while nothing is asked ends the connection', async () => {
    const { resumed, inspect: shown } = follow();
    await resumed();
    live().send({ id: null, ...failure(401, -2015) });
    await until(() => shown().phase === 'denied');
    test.clock.advance(1_000_000);
    await until(() => exchange.server.live.length === 0);
    expect(exchange.server.attempts).toBe(1);
  });

  it('still has orders looked up in time, as far as REST can', async () => {
    exchange.reply = () => failure(401, -2015);
    const { pass, count, inspect: shown } = follow();
    await pass(() => shown().phase === 'denied');
    await pass(() => count('resumed') >= 2, 10_000);
  });
});

describe('a crash', () => {
  it('is followed by an incarnation that subscribes again, and by a look-up; no connection is left behind', async () => {
    const { resumed, stream, told, untilTold } = follow();
    await resumed();
    exchange.push(aWireReport());
    await untilTold('order NEW 0 in 0');
    const [first] = exchange.live;
    test.system.kill(stream(), new Error('struck down'));
    await resumed(2);
    await until(
      () => first?.closed === true,
      () => test.clock.advance(10),
    );
    expect(exchange.live).toHaveLength(1);
    exchange.push(aWireFill());
    await untilTold('report 1002');
    expect(told().at(-1)).toBe('order PARTIALLY_FILLED 0.001 in 1');
  });

  it('without last words leaves no connection behind for longer than its next frame', async () => {
    const { resumed, stream } = follow();
    await resumed();
    const [first] = exchange.live;
    test.system.kill(stream(), 'killed');
    first?.send(pushed(aWireReport()));
    await until(
      () => first?.closed === true,
      () => test.clock.advance(10),
    );
  });

  it('or an orderly stop while the exchange is asked leaves nothing that runs', async () => {
    exchange.reply = () => null;
    follow();
    await until(() => exchange.requests.length === 1);
    await test.system.stop();
    await until(() => exchange.server.live.length === 0 && test.clock.pendingTimers === 0);
  });

  it('or an orderly stop leaves nothing that runs', async () => {
    const { resumed } = follow();
    await resumed();
    await test.system.stop();
    await until(() => exchange.server.live.length === 0);
    expect(test.clock.pendingTimers).toBe(0);
  });
});

describe('secrets', () => {
  it('are in no log, no inspection and no crash, even when the exchange repeats them', async () => {
    let signature = '';
    const { resumed, stream, pass, seen, inspect: shown } = follow();
    await resumed();
    signature = String(exchange.requests[0]?.params.signature);
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    const all = `${API_KEY} ${SECRET} ${signature}`;
    live().send({ id: null, status: 400, error: { code: -1130, msg: all } });
    live().send(all);
    exchange.push(aWireFill({ X: API_KEY }));
    exchange.push(aWireFill({ x: signature }));
    exchange.push({ e: all });
    exchange.push({ e: API_KEY });
    exchange.reply = () => failure(400, -1000, all);
    live().close(4000, API_KEY);
    await pass(() => shown().phase === 'away');
    await pass(() => exchange.requests.length >= 3);
    const text = [
      inspect(log.entries, { depth: 9 }),
      formatTree(inspectTree(test.system)),
      inspect(shown(), { depth: 9 }),
      inspect(seen(), { depth: 9 }),
    ];
    test.system.kill(stream(), new Error('struck down'));
    text.push(
      inspect(
        test.crashes.map(({ error, during }) => [error, during]),
        { depth: 9 },
      ),
    );
    for (const secret of [API_KEY, SECRET, signature, API_KEY.slice(0, 20)])
      expect(text.filter((part) => part.includes(secret))).toEqual([]);
  });
});

it('counts how often it was subscribed, through losses and crashes', async () => {
  const figures = new UserDataFigures();
  const { resumed, pass, stream } = follow({ figures });
  expect([figures.isSubscribed, figures.subscriptions]).toEqual([false, 0]);
  await resumed();
  expect([figures.isSubscribed, figures.subscriptions]).toEqual([true, 1]);
  live().drop();
  await pass(() => !figures.isSubscribed);
  await resumed(2);
  expect([figures.isSubscribed, figures.subscriptions]).toEqual([true, 2]);
  test.system.kill(stream(), 'killed');
  await pass(() => !figures.isSubscribed);
  await pass(() => figures.subscriptions === 3);
});
