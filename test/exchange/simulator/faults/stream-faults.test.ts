import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { eventually } from '../../../support/running-hedgehog.js';
import {
  aSimulator,
  type Client,
  type Json,
  signedParams,
  stopSimulatorsAfterEach,
  tradesAt,
} from '../../../support/simulator.js';
import { aTradeEvent } from '../../../support/trade-events.js';

stopSimulatorsAfterEach();

const NOW = 1_784_246_400_123;

async function anExchange(...faults: readonly object[]) {
  const clock = new SimClock(NOW);
  const test = await aSimulator({
    clock,
    faults,
    trades: { XRPUSDT: tradesAt('XRPUSDT', '0.61', '0.62', '0.63', '0.64', '0.65', '0.66') },
  });
  return { ...test, clock };
}
const ids = (frames: readonly string[]): number[] => frames.map((frame) => JSON.parse(frame).t);

/** Waits until everything that was sent to the client before has come. */
const caughtUp = (client: Client) => client.ask({ method: 'GET_PROPERTY', params: ['combined'], id: 'last' });

describe('faults of market streams', () => {
  it.each([
    { rest: 'served', served: [1, 2, 3, 4, 5, 6] },
    { rest: 'absent', served: [1, 2, 5, 6] },
  ])('a run of trades is withheld from the stream, and $rest by REST', async ({ rest, served }) => {
    const { connect, control, port } = await anExchange({
      what: 'withhold-trades',
      skip: 2,
      length: 2,
      rest,
    });
    const client = await connect('/ws/xrpusdt@trade');
    await control('POST /step', { count: 6 });
    expect(ids(await client.got(4))).toEqual([1, 2, 5, 6]);
    const url = `http://127.0.0.1:${port}/api/v3/historicalTrades?symbol=XRPUSDT&fromId=1`;
    const rows = (await (await fetch(url)).json()) as { id: number }[];
    expect(rows.map(({ id }) => id)).toEqual(served);
    expect(await control('GET /faults')).toMatchObject({ faults: [{ id: 1, fired: 1 }] });
  });

  it('half a frame is sent instead of a whole one', async () => {
    const { connect, control } = await anExchange({ what: 'malformed-trade', skip: 1 });
    const client = await connect('/ws/xrpusdt@trade');
    await control('POST /step', { count: 3 });
    const [first = '', second = '', third = ''] = await client.got(3);
    expect(() => JSON.parse(second)).toThrow();
    expect(first.startsWith(second.slice(0, 20))).toBe(true);
    expect(ids([first, third])).toEqual([1, 3]);
  });

  it('a connection is cut, and the next one is not', async () => {
    const { connect } = await anExchange({ what: 'cut-connection', where: { socket: 'market' } });
    const api = await connect('/ws-api/v3');
    const client = await connect('/ws');
    expect(await client.closed()).toMatchObject({ code: 1006 });
    const next = await connect('/ws');
    expect(await next.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 })).toMatchObject({ id: 1 });
    expect(await api.ask({ id: 1, method: 'ping' })).toMatchObject({ status: 200 });
  });

  it('a connection is cut so many events later', async () => {
    const { connect, control } = await anExchange({ what: 'cut-connection', afterEvents: 2 });
    const client = await connect('/ws/xrpusdt@trade');
    await control('POST /step', { count: 1 });
    expect(ids(await client.got(1))).toEqual([1]);
    expect(client.closedWith).toBeNull();
    await control('POST /step', { count: 2 });
    expect(await client.closed()).toMatchObject({ code: 1006 });
    expect(ids(client.frames).includes(3)).toBe(false);
  });

  it('a connection that is open when the fault is armed is cut so much later', async () => {
    const { clock, connect, control } = await anExchange();
    const client = await connect('/ws');
    await control('POST /faults', { what: 'cut-connection', afterMs: 5_000 });
    clock.advance(4_999);
    await caughtUp(client);
    expect(client.closedWith).toBeNull();
    clock.advance(1);
    expect(await client.closed()).toMatchObject({ code: 1006 });
  });

  it('a stalled connection stays open, says nothing, and is not even pinged', async () => {
    const { clock, connect, control } = await anExchange();
    const stalled = await connect('/ws/xrpusdt@trade');
    await control('POST /faults', { what: 'stall-connection' });
    const lively = await connect('/ws/xrpusdt@trade');
    await control('POST /step', { count: 2 });
    stalled.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 });
    for (let pings = 1; pings <= 4; pings++) {
      clock.advance(20_000);
      await eventually(() => lively.pings === pings, `ping ${pings}`);
      await lively.ask({ method: 'LIST_SUBSCRIPTIONS', id: pings });
    }
    expect([stalled.frames, stalled.pings, stalled.closedWith]).toEqual([[], 0, null]);
    expect(await control('GET /connections')).toEqual({ market: 2, 'user-data': 0 });
  });

  it('connections are refused, so many', async () => {
    const { connect } = await anExchange({
      what: 'refuse-connection',
      where: { socket: 'user-data' },
      times: 2,
    });
    await connect('/ws');
    await expect(connect('/ws-api/v3')).rejects.toThrow('refused with 503');
    await expect(connect('/ws-api/v3')).rejects.toThrow('refused with 503');
    await connect('/ws-api/v3');
  });

  it('a shutdown is told and follows at once, or after its lead time', async () => {
    const { clock, connect, control } = await anExchange({ what: 'shut-down-connection' });
    const client = await connect('/ws');
    expect(await client.closed()).toMatchObject({ code: 1001 });
    expect(client.frames).toEqual([`{"e":"serverShutdown","E":${NOW}}`]);
    const other = await connect('/ws');
    await control('POST /shutdown-notice', { leadMs: 1_000 });
    await other.got(1);
    expect(other.closedWith).toBeNull();
    clock.advance(1_000);
    expect(await other.closed()).toMatchObject({ code: 1001 });
  });
});

const FILLING = [
  aTradeEvent({ price: '0.4', quantity: '30', buyerIsMaker: true }),
  aTradeEvent({ price: '0.4', quantity: '30', buyerIsMaker: true }),
];

/** An account that is told of an order's acceptance and two partial fills; what its reports say, in order. */
async function reported(...faults: readonly object[]) {
  const clock = new SimClock(NOW);
  const { connect, control } = await aSimulator({ clock, faults, trades: { XRPUSDT: FILLING } });
  const client = await connect('/ws-api/v3');
  await client.ask({ id: 1, method: 'userDataStream.subscribe.signature', params: signedParams({}, NOW) });
  const order = {
    symbol: 'XRPUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: '0.5000',
    quantity: '100.0',
  };
  await client.ask({ id: 2, method: 'order.place', params: signedParams(order, NOW) });
  for (let count = 0; count < 2; count++) {
    await control('POST /step');
    await control('POST /release');
  }
  const events = async (): Promise<readonly Json[]> => {
    await client.ask({ id: 9, method: 'ping', params: { returnRateLimits: false } });
    return client.frames.filter((frame) => frame.includes('subscriptionId":0,"event')).map(readable);
  };
  return { clock, events, control };
}

/** `report I` with its execution id, or `position`; or `broken`. */
function readable(frame: string): string {
  try {
    const { event } = JSON.parse(frame);
    return event.e === 'executionReport' ? `report ${event.I}` : 'position';
  } catch {
    return 'broken';
  }
}
const FILLS = { where: { executionType: 'TRADE', symbol: 'XRPUSDT', account: 'demo' } };

describe('faults of reports', () => {
  it.each([
    { fault: [], told: 'report 1, position, report 2, position, report 3, position' },
    {
      fault: [{ what: 'lose-report', ...FILLS }],
      told: 'report 1, position, position, report 3, position',
    },
    {
      fault: [{ what: 'double-report', ...FILLS }],
      told: 'report 1, position, report 2, report 2, position, report 3, position',
    },
    {
      fault: [{ what: 'swap-reports', ...FILLS }],
      told: 'report 1, position, report 3, position, report 2, position',
    },
    {
      fault: [{ what: 'swap-reports', times: 'always', ...FILLS }],
      told: 'report 1, position, report 3, position, report 2, position',
    },
    {
      fault: [{ what: 'malformed-report', ...FILLS }],
      told: 'report 1, position, broken, position, report 3, position',
    },
    {
      fault: [{ what: 'lose-report', where: { account: 'ed' }, times: 'always' }],
      told: 'report 1, position, report 2, position, report 3, position',
    },
  ])('$fault: the account is told $told', async ({ fault, told }) => {
    const { events } = await reported(...fault);
    const wanted = told.split(', ');
    expect(await eventually(events, 'it is told', (found) => found.length >= wanted.length)).toEqual(wanted);
  });

  it('a delayed report comes when its time is up, others before it', async () => {
    const { clock, events } = await reported({ what: 'delay-report', delayMs: 2_000, ...FILLS });
    const before = ['report 1', 'position', 'report 3', 'position'];
    expect(await eventually(events, 'the others are told', (found) => found.length >= 4)).toEqual(before);
    clock.advance(2_000);
    expect(await eventually(events, 'it is told', (found) => found.length >= 6)).toEqual([
      ...before,
      'report 2',
      'position',
    ]);
  });

  it('the same seed loses the same reports', async () => {
    const fault = { what: 'lose-report', probability: 0.5, times: 'always' };
    const first = await (await reported(fault)).events();
    expect(await (await reported(fault)).events()).toEqual(first);
  });
});
