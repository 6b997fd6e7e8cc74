import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionBudget } from '../../../../src/exchange/binance/socket/connection-budget.js';
import { KeptSocket } from '../../../../src/exchange/binance/socket/kept-socket.js';
import type { Line } from '../../../../src/exchange/binance/socket/line.js';
import type {
  KeptSocketOptions,
  SocketDown,
} from '../../../../src/exchange/binance/socket/socket-options.js';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { aGate } from '../../../support/actors.js';
import { SocketServer } from '../../../support/socket-server.js';
import { until } from '../../../support/until.js';

let server: SocketServer;
let clock: SimClock;
let opened: KeptSocket[];

beforeEach(async () => {
  server = await SocketServer.start();
  clock = new SimClock(1_000_000);
  opened = [];
});

afterEach(async () => {
  for (const socket of opened) socket.close();
  await until(
    () => server.live.length === 0,
    () => clock.advance(1_000),
  );
  await server.stop();
});

/** A socket whose owner notes what it is told. Time stands still unless the test moves it. */
function open(given: Partial<KeptSocketOptions> = {}) {
  const told: string[] = [];
  const downs: SocketDown[] = [];
  const lines: Line[] = [];
  const socket = new KeptSocket({
    url: server.url,
    clock,
    random: () => 0.5,
    budget: new ConnectionBudget(clock),
    prepare: () => Promise.resolve(),
    onFrame: (text, line) => told.push(`${line.id}:${text}`),
    onUp(line) {
      lines.push(line);
      told.push(`up ${line.id}`);
    },
    onDown(down) {
      downs.push(down);
      told.push(`down ${down.cause}`);
    },
    ...given,
  });
  opened.push(socket);
  socket.open();
  return {
    socket,
    told,
    downs,
    lines,
    untilTold: (text: string) => until(() => told.includes(text)),
  };
}

describe('a kept socket', () => {
  it('connects, is up once it is prepared, and delivers frames from the first', async () => {
    const prepared = aGate();
    const { socket, told, untilTold } = open({
      prepare(line) {
        line.send('subscribe');
        return prepared.promise;
      },
    });
    expect(socket.inspect().phase).toBe('connecting');
    const connection = await server.connection(1);
    await until(() => connection.frames.length === 1);
    expect(connection.frames).toEqual(['subscribe']);
    expect(socket.inspect().phase).toBe('preparing');
    connection.send('answer');
    await untilTold('1:answer');
    prepared.open();
    await untilTold('up 1');
    connection.send('news');
    await untilTold('1:news');
    expect(told).toEqual(['1:answer', 'up 1', '1:news']);
    expect(socket.inspect()).toEqual({
      ...{ phase: 'up', attempts: 1, failures: 0, reconnects: 0, rotations: 0 },
      ...{ lastFrameMs: 1_000_000, lastEnd: null },
    });
  });

  it('asks for no compression', async () => {
    let extensions: string | undefined = '';
    server.onConnection = ({ socket }) => {
      extensions = socket.extensions;
    };
    await open().untilTold('up 1');
    expect(extensions).toBe('');
  });

  it.each([
    { how: 'cut', end: { cause: 'closed', closeCode: 1006 } },
    { how: 'closed by the exchange', end: { cause: 'closed', closeCode: 1008, detail: 'Too many requests' } },
  ])('connects again when it is $how, after a wait', async ({ how, end }) => {
    const { socket, downs, untilTold, told } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    if (how === 'cut') first.drop();
    else first.close(1008, 'Too many requests');
    await untilTold('down closed');
    expect(downs).toEqual([expect.objectContaining({ ...end, wasUp: true, willRetryInMs: 125 })]);
    expect(socket.inspect()).toMatchObject({ phase: 'waiting', failures: 1 });
    clock.advance(124);
    expect(socket.inspect().phase).toBe('waiting');
    clock.advance(1);
    await untilTold('up 2');
    expect(told).toEqual(['up 1', 'down closed', 'up 2']);
    expect(socket.inspect()).toMatchObject({ phase: 'up', attempts: 2, reconnects: 1, rotations: 0 });
  });

  it('waits longer after every failure in a row, and forgets them once a connection has proved good', async () => {
    server.onConnection = (connection) => connection.drop();
    const { socket, downs, lines } = open();
    await until(
      () => downs.length >= 9,
      () => clock.advance(1_000),
    );
    const waits = downs.filter(({ willRetryInMs }) => willRetryInMs > 0).map((down) => down.willRetryInMs);
    expect(waits.slice(0, 9)).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);

    server.onConnection = () => undefined;
    lines.length = 0;
    await until(
      () => lines.length === 1,
      () => clock.advance(1_000),
    );
    expect(socket.inspect().failures).toBeGreaterThanOrEqual(9);
    clock.advance(30_000);
    expect(socket.inspect().failures).toBe(0);
    downs.length = 0;
    for (const connection of server.live) connection.drop();
    await until(() => downs.length === 1);
    expect(downs[0]?.willRetryInMs).toBe(125);
  });

  it('says why a connection was refused, and stays away as long as the exchange wants, on all sockets', async () => {
    server.reception = { kind: 'refuse', status: 429, headers: { 'retry-after': '90' } };
    const budget = new ConnectionBudget(clock);
    const { downs, untilTold } = open({ budget });
    await untilTold('down refused');
    expect(downs).toEqual([
      {
        ...{ cause: 'refused', closeCode: null, httpStatus: 429, stayAwayMs: 90_000, detail: 'HTTP 429' },
        ...{ wasUp: false, willRetryInMs: 90_000 },
      },
    ]);
    server.reception = { kind: 'accept' };
    const other = open({ budget });
    expect(other.socket.inspect()).toMatchObject({ phase: 'waiting', attempts: 0 });
    clock.advance(89_999);
    expect(server.attempts).toBe(1);
    clock.advance(1);
    await untilTold('up 2');
    await other.untilTold('up 1');
  });

  it('comes back when the exchange listens again', async () => {
    await server.stop();
    const { downs, lines, untilTold } = open();
    await untilTold('down refused');
    expect(downs[0]).toMatchObject({ httpStatus: null, detail: 'ECONNREFUSED' });
    await until(
      () => downs.length >= 3,
      () => clock.advance(100),
    );
    await server.listen();
    await until(
      () => lines.length === 1,
      () => clock.advance(1_000),
    );
  });

  it('gives up an attempt that is not answered', async () => {
    server.reception = { kind: 'hang' };
    const { downs, untilTold } = open();
    await until(() => server.attempts === 1);
    clock.advance(9_999);
    expect(downs).toEqual([]);
    clock.advance(1);
    expect(downs).toEqual([expect.objectContaining({ cause: 'connect-timeout', wasUp: false })]);
    server.reception = { kind: 'accept' };
    clock.advance(125);
    await untilTold('up 2');
  });

  it('never makes more attempts than the budget of all sockets allows', async () => {
    server.reception = { kind: 'refuse', status: 503 };
    const budget = new ConnectionBudget(clock, { attempts: 10, periodMs: 600_000 });
    const sockets = [open({ budget }), open({ budget }), open({ budget })];
    await until(
      () => server.attempts === 10,
      () => clock.advance(1_000),
    );
    await until(() => sockets.every(({ socket }) => socket.inspect().phase === 'waiting'));
    clock.advance(600_000 - clock.monotonicMs() - 1);
    expect(sockets.map(({ socket }) => socket.inspect().phase)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(server.attempts).toBe(10);
    server.reception = { kind: 'accept' };
    await until(
      () => server.live.length === 3,
      () => clock.advance(1_000),
    );
  });
});

describe('a silent connection', () => {
  it('counts as dead after 60 s without ping and frame, and is replaced', async () => {
    const { downs, untilTold } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    first.stall();
    clock.advance(59_999);
    expect(downs).toEqual([]);
    clock.advance(1);
    expect(downs).toEqual([expect.objectContaining({ cause: 'silent', wasUp: true })]);
    await until(() => first.closed || server.live.length === 1);
    clock.advance(125);
    await untilTold('up 2');
  });

  it.each(['ping', 'frame'])('is alive as long as a %s comes', async (what) => {
    const { socket, told, downs, untilTold } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    for (let round = 1; round <= 5; round++) {
      clock.advance(59_000);
      if (what === 'ping') first.ping(`p${round}`);
      else first.send(`f${round}`);
      await until(() => (what === 'ping' ? first.pongs === round : told.includes(`1:f${round}`)));
    }
    expect(downs).toEqual([]);
    expect(socket.inspect().attempts).toBe(1);
    clock.advance(60_000);
    expect(downs).toHaveLength(1);
  });

  it('has its pings answered with what they carry', async () => {
    const { untilTold } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    const payloads: string[] = [];
    first.socket.on('pong', (data) => payloads.push(data.toString()));
    first.ping('1784246400123');
    await until(() => payloads.length === 1);
    expect(payloads).toEqual(['1784246400123']);
  });

  it('is ended by a frame that is too long', async () => {
    const { downs, untilTold } = open({ tuning: { maxPayloadBytes: 1_000 } });
    const first = await server.connection(1);
    await untilTold('up 1');
    first.send('x'.repeat(1_000));
    await untilTold(`1:${'x'.repeat(1_000)}`);
    first.send('x'.repeat(1_001));
    await untilTold('down closed');
    expect(downs).toEqual([
      expect.objectContaining({ cause: 'closed', detail: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' }),
    ]);
  });
});

describe('preparing', () => {
  it('that is refused ends the connection, and the next one is prepared in its turn', async () => {
    let prepared = 0;
    const { downs, untilTold } = open({
      prepare: () => (++prepared === 1 ? Promise.reject(new Error('no')) : Promise.resolve()),
    });
    await untilTold('down prepare-failed');
    expect(downs[0]).toMatchObject({ wasUp: false, detail: 'no', willRetryInMs: 125 });
    clock.advance(125);
    await untilTold('up 2');
    await until(() => server.live.length === 1);
  });

  it('that takes too long ends the connection', async () => {
    const { downs } = open({ prepare: () => new Promise(() => undefined) });
    const first = await server.connection(1);
    await until(() => clock.pendingTimers === 2);
    first.ping();
    clock.advance(30_000);
    expect(downs).toEqual([expect.objectContaining({ cause: 'prepare-timeout' })]);
    await until(() => first.closed);
  });

  it('that ends well after the connection was lost does not count', async () => {
    const gates = [aGate(), aGate()];
    let prepared = 0;
    const { told, untilTold } = open({
      prepare: () => (gates[prepared++] as { promise: Promise<void> }).promise,
    });
    const first = await server.connection(1);
    await until(() => prepared === 1);
    first.drop();
    await untilTold('down closed');
    gates[0]?.open();
    clock.advance(125);
    await until(() => prepared === 2);
    expect(told).toEqual(['down closed']);
    gates[1]?.open();
    await untilTold('up 2');
  });
});

describe('rotation', () => {
  it('prepares the next connection before it closes the old one, and delivers the frames of both', async () => {
    const gates = [aGate(), aGate()];
    let prepared = 0;
    const { socket, told, downs, untilTold } = open({
      prepare: () => (gates[prepared++] as { promise: Promise<void> }).promise,
    });
    gates[0]?.open();
    const first = await server.connection(1);
    await untilTold('up 1');
    socket.rotate();
    const second = await server.connection(2);
    await until(() => prepared === 2);
    expect(socket.inspect().phase).toBe('replacing');
    first.send('a');
    second.send('a');
    await untilTold('1:a');
    await untilTold('2:a');
    gates[1]?.open();
    await untilTold('up 2');
    first.send('late');
    await untilTold('1:late');
    expect(first.closed).toBe(false);
    clock.advance(1_000);
    await until(() => first.closed);
    expect(first.closeCode).toBe(1000);
    expect(downs).toEqual([]);
    expect(told.filter((text) => text.startsWith('up'))).toEqual(['up 1', 'up 2']);
    expect(socket.inspect()).toMatchObject({ phase: 'up', rotations: 1, reconnects: 0 });
  });

  it('delivers what the exchange had sent before it heard of the close', async () => {
    const { socket, untilTold } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    socket.rotate();
    await untilTold('up 2');
    first.send('on its way');
    clock.advance(1_000);
    await untilTold('1:on its way');
  });

  it('comes by itself at 23 hours', async () => {
    const { socket, untilTold } = open({ tuning: { silenceMs: 1e12 } });
    await untilTold('up 1');
    clock.advance(23 * 3_600_000 - 1);
    expect(socket.inspect().attempts).toBe(1);
    clock.advance(1);
    await untilTold('up 2');
    clock.advance(23 * 3_600_000);
    await untilTold('up 3');
    await until(
      () => server.live.length === 1,
      () => clock.advance(1_000),
    );
  });

  it('keeps the old connection while the next one fails', async () => {
    const { socket, told, downs, untilTold } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    server.reception = { kind: 'refuse', status: 503 };
    socket.rotate();
    await until(
      () => server.attempts >= 4,
      () => clock.advance(100),
    );
    first.send('still here');
    await untilTold('1:still here');
    expect(downs).toEqual([]);
    server.reception = { kind: 'accept' };
    await until(
      () => told.some((text) => /^up (?!1$)/.test(text)),
      () => clock.advance(100),
    );
    expect(socket.inspect()).toMatchObject({ rotations: 1, reconnects: 0 });
    await until(
      () => first.closed,
      () => clock.advance(100),
    );
  });

  it('becomes a reconnect when the old connection is lost before the next one is prepared', async () => {
    const gates = [aGate(), aGate()];
    let prepared = 0;
    const { socket, told, downs, untilTold } = open({
      prepare: () => (gates[prepared++] as { promise: Promise<void> }).promise,
    });
    gates[0]?.open();
    const first = await server.connection(1);
    await untilTold('up 1');
    socket.rotate();
    await until(() => prepared === 2);
    first.drop();
    await untilTold('down closed');
    expect(downs).toEqual([expect.objectContaining({ wasUp: true, willRetryInMs: 0 })]);
    gates[1]?.open();
    await untilTold('up 2');
    expect(told).toEqual(['up 1', 'down closed', 'up 2']);
    expect(socket.inspect()).toMatchObject({ attempts: 2, rotations: 0, reconnects: 1 });
  });

  it('is done once, however often it is asked for', async () => {
    const { socket, lines, untilTold } = open();
    await untilTold('up 1');
    socket.rotate();
    socket.rotate();
    await untilTold('up 2');
    socket.rotate(lines[0]);
    clock.advance(1_000);
    await until(() => server.live.length === 1);
    expect(socket.inspect()).toMatchObject({ attempts: 2, rotations: 1 });
  });

  it('replaces a connection that was told to be shut down while it was being prepared', async () => {
    const gate = aGate<undefined>();
    let preparing: Line | undefined;
    const { socket, untilTold } = open({
      prepare(line) {
        preparing ??= line;
        return preparing === line ? gate.promise : Promise.resolve();
      },
    });
    await until(() => preparing !== undefined);
    socket.rotate(preparing);
    gate.open(undefined);
    await untilTold('up 1');
    await untilTold('up 2');
    expect(socket.inspect()).toMatchObject({ rotations: 1 });
  });
});

describe('a closed socket', () => {
  it('leaves no connection, no timer, and tells nothing more', async () => {
    const { socket, told, untilTold } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    socket.rotate();
    const second = await server.connection(2);
    socket.close();
    first.socket.send('too late');
    await until(() => first.closed && second.closed);
    clock.advance(100_000_000);
    expect(told.filter((text) => !text.startsWith('up'))).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    expect(socket.inspect()).toMatchObject({ phase: 'closed', attempts: 2 });
    socket.close();
  });

  it('while it connects makes no connection that stays', async () => {
    const { socket, told } = open();
    socket.close();
    await until(() => server.live.length === 0 && clock.pendingTimers === 0);
    expect(told).toEqual([]);
  });

  it('while it waits does not come back', async () => {
    server.onConnection = (connection) => connection.drop();
    const { socket, downs } = open();
    await until(() => downs.length === 1);
    socket.close();
    clock.advance(100_000);
    expect(server.attempts).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('cuts a connection whose other side does not answer the close', async () => {
    const { socket, untilTold } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    first.stall();
    socket.close();
    clock.advance(5_000);
    first.socket.resume();
    await until(() => first.closed);
    expect(first.closeCode).toBe(1000);
  });
});

describe('a connection that its owner gives up', () => {
  it('is ended and replaced', async () => {
    const { socket, lines, downs, untilTold } = open();
    const first = await server.connection(1);
    await untilTold('up 1');
    socket.giveUp(lines[0] as Line, 'unreadable');
    expect(downs).toEqual([
      expect.objectContaining({ cause: 'given-up', detail: 'unreadable', wasUp: true, willRetryInMs: 125 }),
    ]);
    await until(() => first.closed);
    clock.advance(125);
    await untilTold('up 2');
  });
});
