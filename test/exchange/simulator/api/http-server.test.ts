import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestFault } from '../../../../src/exchange/simulator/request-faults.js';
import { settle } from '../../../support/actors.js';
import { DEMO, error, RestSimulator } from '../../../support/rest-simulator.js';

let simulator: RestSimulator;
beforeEach(async () => {
  simulator = await RestSimulator.start({ longestBody: 1_000 });
});
afterEach(() => simulator.stop());

const UNKNOWN = {
  code: -1007,
  msg: 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
};
const NORMAL: RequestFault = { carryOut: 'now', answer: 'normal', delayMs: 0 };
const SERVER_ERROR = { status: 503, body: UNKNOWN };
const openOrders = async () => (await simulator.signed('GET openOrders')).body;

/** Waits for something that comes about by itself. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns++) {
    if (turns > 10_000) throw new Error('it never came about');
    await settle(simulator.system);
  }
}

describe('a request with a fault', () => {
  it('is carried out and not answered', async () => {
    simulator.faults.push({ ...NORMAL, answer: 'drop' });
    await expect(simulator.order({ newClientOrderId: 'mine' })).rejects.toThrow('fetch failed');
    expect(simulator.faulted).toEqual(['POST /api/v3/order']);
    expect(await openOrders()).toMatchObject([{ clientOrderId: 'mine' }]);
  });

  it('is not carried out and not answered', async () => {
    simulator.faults.push({ ...NORMAL, carryOut: 'never', answer: 'drop' });
    await expect(simulator.order()).rejects.toThrow('fetch failed');
    expect(await openOrders()).toEqual([]);
  });

  it('is carried out and answered with a server error', async () => {
    simulator.faults.push({ ...NORMAL, answer: SERVER_ERROR });
    expect(await simulator.order()).toMatchObject({ status: 503, body: UNKNOWN });
    expect(await openOrders()).toHaveLength(1);
  });

  it('is not carried out and answered with a server error', async () => {
    simulator.faults.push({ ...NORMAL, carryOut: 'never', answer: SERVER_ERROR });
    expect(await simulator.order()).toMatchObject({ status: 503, body: UNKNOWN });
    simulator.faults.push({ ...NORMAL, carryOut: 'never' });
    expect(await simulator.order()).toMatchObject({ status: 503, body: UNKNOWN });
    expect(await openOrders()).toEqual([]);
  });

  it('is carried out three seconds after the server error, if it was in order when it came', async () => {
    const late: RequestFault = { carryOut: { afterMs: 3_000 }, answer: SERVER_ERROR, delayMs: 0 };
    simulator.faults.push(late, late);
    expect((await simulator.order({ newClientOrderId: 'late' })).status).toBe(503);
    expect((await simulator.order({}, { sign: () => 'bad' })).status).toBe(503);
    simulator.clock.advance(2_999);
    expect(await openOrders()).toEqual([]);
    simulator.clock.advance(1);
    await settle(simulator.system);
    expect(await openOrders()).toMatchObject([{ clientOrderId: 'late' }]);
  });

  it('is carried out however late, once it was let in', async () => {
    simulator.faults.push({ carryOut: { afterMs: 20_000 }, answer: SERVER_ERROR, delayMs: 0 });
    await simulator.order();
    simulator.clock.advance(20_000);
    await settle(simulator.system);
    expect(await openOrders()).toHaveLength(1);
  });

  it('is answered late', async () => {
    simulator.faults.push({ ...NORMAL, delayMs: 2_000 });
    const { pendingTimers } = simulator.clock;
    let answered = false;
    const answer = simulator.order().then((given) => {
      answered = true;
      return given;
    });
    await until(() => simulator.clock.pendingTimers > pendingTimers);
    expect(await openOrders()).toHaveLength(1);
    simulator.clock.advance(1_999);
    expect(await openOrders()).toHaveLength(1);
    expect(answered).toBe(false);
    simulator.clock.advance(1);
    expect((await answer).status).toBe(200);
  });

  it('is carried out late, and answered then', async () => {
    simulator.faults.push({ ...NORMAL, carryOut: { afterMs: 1_000 } });
    const { pendingTimers } = simulator.clock;
    const answer = simulator.order({ newClientOrderId: 'late' });
    await until(() => simulator.clock.pendingTimers > pendingTimers);
    simulator.clock.advance(1_000);
    expect((await answer).body.clientOrderId).toBe('late');
  });

  it('may be answered with a page, and with headers', async () => {
    const body = '<html>Forbidden</html>';
    simulator.faults.push({ ...NORMAL, answer: { status: 403, body, headers: { 'Retry-After': '7' } } });
    const answer = await simulator.get('ping');
    expect(answer).toMatchObject({ status: 403, text: body });
    expect(answer.headers.get('Retry-After')).toBe('7');
    expect(answer.headers.get('content-type')).toBe('text/html');
  });
});

describe('the server', () => {
  it('takes bodies up to a length', async () => {
    const post = (body: string) =>
      simulator.raw('POST', '/api/v3/order', {
        body,
        headers: { 'X-MBX-APIKEY': DEMO.apiKey, 'content-type': 'application/x-www-form-urlencoded' },
      });
    expect((await post('x'.repeat(1_000))).body.code).toBe(-1102);
    expect((await post('x'.repeat(1_001))).status).toBe(413);
  });

  it('listens on the machine itself, and answers several requests of a connection', async () => {
    expect(simulator.server.server.address()).toMatchObject({ address: '127.0.0.1' });
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(simulator.server.port, '127.0.0.1');
      let received = '';
      socket.setEncoding('utf8').on('error', reject);
      socket.on('data', (chunk) => {
        received += chunk;
        if (received.match(/HTTP\/1.1 200 OK/g)?.length !== 2) return;
        socket.destroy();
        resolve(received);
      });
      const request = 'GET /api/v3/ping HTTP/1.1\r\nhost: a\r\n\r\n';
      socket.write(request + request);
    });
    expect(text).toContain('X-MBX-USED-WEIGHT-1M: 2');
  });

  it('does not start where another one listens', async () => {
    const { startApiServer } = await import('../../../../src/exchange/simulator/api/http-server.js');
    const { api, serverClock: clock, server } = simulator;
    await expect(
      startApiServer({ api, clock, faults: { next: () => null }, port: server.port }),
    ).rejects.toThrow('EADDRINUSE');
  });

  it('says that the outcome is unknown when the exchange gives no answer', async () => {
    simulator.system.kill(simulator.mock);
    expect(await simulator.order()).toMatchObject(error(UNKNOWN.code, UNKNOWN.msg, 503));
    expect(simulator.defects).toEqual([]);
  });

  it('serves on after a defect, and tells of it', async () => {
    const defect = new Error('a defect');
    simulator.trades.recent = () => {
      throw defect;
    };
    expect(await simulator.get('trades', { symbol: 'BTCUSDT' })).toMatchObject(
      error(-1000, 'An unknown error occurred while processing the request.', 500),
    );
    expect(simulator.defects).toEqual([defect]);
    expect((await simulator.get('ping')).status).toBe(200);
  });

  it('shows no secret of anyone, whatever the request was', async () => {
    const answers = [
      await simulator.order({ symbol: 'NOPE' }),
      await simulator.order({}, { sign: () => 'guess' }),
      await simulator.signed('GET account', { apiKey: DEMO.apiKey }),
    ];
    for (const { text, headers } of answers) {
      const all = text + JSON.stringify([...headers]);
      for (const secret of [DEMO.secret, DEMO.apiKey, 'guess']) expect(all).not.toContain(secret);
    }
  });
});
