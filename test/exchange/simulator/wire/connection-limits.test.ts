import { createConnection } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { MARKET_LIMITS } from '../../../../src/exchange/simulator/wire/peer.js';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { eventually } from '../../../support/running-hedgehog.js';
import { aSimulator, stopSimulatorsAfterEach, tradesAt } from '../../../support/simulator.js';

stopSimulatorsAfterEach();

/** Moves the clock on in small steps, letting sockets be served in between. */
async function pass(
  clock: SimClock,
  ms: number,
  stepMs: number,
  between: () => Promise<unknown>,
): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(stepMs);
    await between();
  }
}

describe('what a connection is held to', () => {
  it('five messages within a second are answered, and the sixth closes the connection with 1008', async () => {
    const { connect } = await aSimulator({ clock: new SimClock() });
    const client = await connect('/ws');
    for (let id = 1; id <= 5; id++) client.send({ method: 'LIST_SUBSCRIPTIONS', id });
    await client.got(5);
    client.send({ method: 'LIST_SUBSCRIPTIONS', id: 6 });
    expect(await client.closed()).toEqual({ code: 1008, reason: 'Too many requests' });
    expect(client.frames).toHaveLength(5);
  });

  it('pings and pongs of the client count as messages', async () => {
    const { connect } = await aSimulator({ clock: new SimClock() });
    const client = await connect('/ws');
    for (let count = 0; count < 3; count++) {
      client.socket.ping();
      client.socket.pong();
    }
    expect(await client.closed()).toMatchObject({ code: 1008 });
  });

  it('a second later five more are let through', async () => {
    const clock = new SimClock();
    const { connect } = await aSimulator({ clock });
    const client = await connect('/ws');
    for (let id = 1; id <= 5; id++) client.send({ method: 'LIST_SUBSCRIPTIONS', id });
    await client.got(5);
    clock.advance(1_000);
    for (let id = 6; id <= 10; id++) client.send({ method: 'LIST_SUBSCRIPTIONS', id });
    await client.got(10);
    clock.advance(999);
    client.send({ method: 'LIST_SUBSCRIPTIONS', id: 11 });
    expect(await client.closed()).toMatchObject({ code: 1008 });
  });

  it('the WebSocket API does not count messages', async () => {
    const { connect } = await aSimulator({ clock: new SimClock() });
    const client = await connect('/ws-api/v3');
    for (let id = 1; id <= 20; id++) client.send({ id, method: 'ping' });
    expect(await client.got(20)).toHaveLength(20);
  });

  it('1024 streams may be read, and one more is refused without harm to the others', async () => {
    const { connect } = await aSimulator();
    const client = await connect('/ws');
    const streams = Array.from({ length: 1_024 }, (_, index) => `s${index}@trade`);
    expect(await client.ask({ method: 'SUBSCRIBE', params: streams, id: 1 })).toEqual({
      result: null,
      id: 1,
    });
    expect(await client.ask({ method: 'SUBSCRIBE', params: ['one@trade'], id: 2 })).toMatchObject({
      code: 2,
      id: 2,
    });
    // One that is read already takes no place.
    expect(await client.ask({ method: 'SUBSCRIBE', params: ['s7@trade'], id: 3 })).toEqual({
      result: null,
      id: 3,
    });
    const list = await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 4 });
    expect(list.result).toEqual(streams);
  });

  it('a client that answers is pinged every 20 seconds, and stays', async () => {
    const clock = new SimClock();
    const { connect } = await aSimulator({ clock });
    const client = await connect('/ws');
    for (let pings = 1; pings <= 6; pings++) {
      clock.advance(20_000);
      await eventually(() => client.pings === pings, `ping ${pings}`);
      // The answer to this request comes after the pong was taken.
      await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: pings });
    }
    clock.advance(19_999);
    await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 7 });
    expect(client.pings).toBe(6);
  });

  it('a client that leaves pings unanswered for a minute is dropped, and not before', async () => {
    const clock = new SimClock();
    const { port, control } = await aSimulator({ clock });
    // Speaks just enough to be connected: the library would answer every ping.
    const socket = createConnection(port, '127.0.0.1');
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    const bytes: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => bytes.push(chunk));
    const open = async () => (await control('GET /connections')).market;
    await eventually(open, 'it is connected', (count) => count === 1);
    await pass(clock, 60_000, 20_000, open);
    expect(await open()).toBe(1);
    clock.advance(19_999);
    expect(Buffer.concat(bytes).toString()).not.toContain('Pong timeout');
    clock.advance(1);
    await eventually(() => Buffer.concat(bytes).toString().includes('Pong timeout'), 'it is dropped');
    socket.destroy();
  });

  it('every connection is cut after 24 hours', async () => {
    const clock = new SimClock();
    const { connect } = await aSimulator({
      clock,
      marketLimits: { ...MARKET_LIMITS, pingMs: Number.MAX_SAFE_INTEGER },
    });
    const client = await connect('/ws');
    clock.advance(86_399_999);
    expect(await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 })).toEqual({ result: [], id: 1 });
    clock.advance(1);
    expect(await client.closed()).toMatchObject({ code: 1001 });
  });

  it('an address that connects too often within five minutes is refused with 429', async () => {
    const clock = new SimClock();
    const { connect } = await aSimulator({ clock, mostAttempts: 3 });
    for (const path of ['/ws', '/stream', '/ws-api/v3']) await connect(path);
    await expect(connect('/ws')).rejects.toThrow('refused with 429');
    clock.advance(299_999);
    await expect(connect('/ws-api/v3')).rejects.toThrow('refused with 429');
    clock.advance(1);
    await connect('/ws');
  });

  it('a reader that does not keep up is cut, and the others are told everything', async () => {
    // More than the buffers of the sockets themselves hold.
    const prices = Array.from({ length: 40_000 }, () => '0.5');
    const { connect, control } = await aSimulator({
      trades: { XRPUSDT: tradesAt('XRPUSDT', ...prices) },
      marketLimits: { ...MARKET_LIMITS, bufferedBytes: 1_000 },
    });
    const slow = await connect('/stream?streams=xrpusdt@trade/xrpusdt@aggTrade');
    const quick = await connect('/ws/btcusdt@trade');
    slow.socket.pause();
    await control('POST /step', { count: 40_000 });
    await eventually(
      async () => (await control('GET /connections')).market,
      'one is cut',
      (count) => count === 1,
    );
    expect(await quick.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 })).toMatchObject({ id: 1 });
  });

  it('before the server stops every client is told so, and closed', async () => {
    const { connect, simulator } = await aSimulator({ clock: new SimClock(5_000) });
    const raw = await connect('/ws');
    const combined = await connect('/stream');
    const api = await connect('/ws-api/v3');
    await simulator.stop();
    expect(await raw.closed()).toMatchObject({ code: 1001 });
    expect(raw.frames).toEqual(['{"e":"serverShutdown","E":5000}']);
    await combined.closed();
    expect(combined.frames).toEqual(['{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":5000}}']);
    await api.closed();
    expect(api.frames).toEqual(['{"event":{"e":"serverShutdown","E":5000}}']);
  });
});
