import { describe, expect, it } from '@jest/globals';
import { compare, ZERO } from '../../../../src/domain/decimal.js';
import type { Execution } from '../../../../src/exchange/binance/user-data/execution.js';
import { decodeFrame, type Frame } from '../../../../src/exchange/binance/user-data/frame.js';
import {
  aWireCancel,
  aWireFill,
  aWirePosition,
  aWireReport,
  pushed,
  type WireReport,
} from '../../../support/account-frames.js';
import { Random } from '../../../support/random.js';

const decode = (json: unknown): Frame => decodeFrame(JSON.stringify(json));
const decodeEvent = (event: unknown): Frame => decode(pushed(event));
/** Without the decimals' inner form: what stands in JSON. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function executionOf(event: WireReport): Execution {
  const frame = decodeEvent(event);
  if (frame.kind !== 'execution') throw new Error(`decoded as ${JSON.stringify(frame)}`);
  return frame;
}

describe('an execution report', () => {
  it('of a fill holds what the exchange said of the fill and of the order', () => {
    expect(plain(executionOf(aWireFill()))).toEqual({
      kind: 'execution',
      createdTime: 1784246400100,
      report: {
        ...{
          kind: 'execution-report',
          symbol: 'BTCUSDT',
          orderId: 77,
          clientOrderId: 'hedgehog-1',
          side: 'BUY',
        },
        ...{ executionType: 'TRADE', orderStatus: 'PARTIALLY_FILLED', price: '64000', quantity: '0.003' },
        ...{ lastPrice: '63999.5', lastQuantity: '0.001', cumulativeQuantity: '0.001' },
        ...{ commission: '0.000001', commissionAsset: 'BTC', tradeId: 5312, executionId: 1002 },
        transactTime: 1784246400200,
      },
    });
  });

  it.each([
    { what: 'a new order', event: aWireReport(), clientOrderId: 'hedgehog-1' },
    { what: 'a cancel', event: aWireCancel(), clientOrderId: 'hedgehog-1' },
    { what: 'an expiry', event: aWireReport({ x: 'EXPIRED', X: 'EXPIRED' }), clientOrderId: 'hedgehog-1' },
    {
      what: 'an amended order',
      event: aWireCancel({ x: 'REPLACED', X: 'NEW' }),
      clientOrderId: 'hedgehog-1',
    },
  ])('of $what carries the id of the order', ({ event, clientOrderId }) => {
    expect(executionOf(event).report.clientOrderId).toBe(clientOrderId);
  });

  it('has no trade unless it reports one, whatever else it says', () => {
    const prevented = aWireFill({ x: 'TRADE_PREVENTION', X: 'EXPIRED_IN_MATCH', t: 12, N: null, n: '0' });
    for (const event of [aWireReport(), aWireCancel(), prevented]) {
      const { tradeId, lastPrice, lastQuantity, commissionAsset } = executionOf(event).report;
      expect([tradeId, lastPrice.toFixed(), lastQuantity.toFixed(), commissionAsset]).toEqual([
        null,
        '0',
        '0',
        null,
      ]);
    }
  });

  it('may carry fields that we do not know', () => {
    expect(
      executionOf(aWireFill({ eR: 'NEW_REASON', zz: { a: [1] }, V: 'NEW_MODE', o: 'NEW_TYPE' })).report
        .tradeId,
    ).toBe(5312);
  });

  it.each([
    ['x', 'RESTATED'],
    ['X', 'PENDING_CANCEL'],
    ['S', 'SHORT'],
  ])('with a word in %s that we do not know is malformed, and says which', (field, word) => {
    expect(decodeEvent(aWireFill({ [field]: word }))).toEqual({
      kind: 'malformed',
      where: `executionReport.${field}`,
      unknownWord: word,
    });
  });

  it.each([
    ['something long and mixed', 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'],
    ['text', 'see <b>here</b>'],
  ])('does not repeat %s in place of a word', (_what, word) => {
    expect(decodeEvent(aWireFill({ X: word }))).toMatchObject({ unknownWord: 'something else' });
  });

  it.each([
    ['s', ''],
    ['i', '77'],
    ['i', 2 ** 53],
    ['i', -1],
    ['i', 7.5],
    ['c', ''],
    ['x', 7],
    ['p', 64000],
    ['p', '6.4e4'],
    ['q', '-0.003'],
    ['l', '0.00000000'],
    ['l', ''],
    ['L', '0'],
    ['z', '0.00099999'],
    ['n', null],
    ['N', ''],
    ['t', -1],
    ['t', -2],
    ['t', null],
    ['I', null],
    ['T', '1784246400123'],
    ['O', undefined],
  ])('of a fill with %s = %j is malformed', (field, value) => {
    expect(decodeEvent(aWireFill({ [field]: value }))).toEqual({
      kind: 'malformed',
      where: `executionReport.${field}`,
      unknownWord: null,
    });
  });
});

describe('other events', () => {
  it('outboundAccountPosition holds balances as they stand', () => {
    const frame = decodeEvent(
      aWirePosition(5, ['BTC', '0.50199900', '0.00000000'], ['币安', '872.01', '64']),
    );
    expect(plain(frame)).toEqual({
      kind: 'position',
      updatedTime: 5,
      balances: [
        { asset: 'BTC', free: '0.501999', locked: '0' },
        { asset: '币安', free: '872.01', locked: '64' },
      ],
    });
  });

  it.each([
    ['eventStreamTerminated', { kind: 'stream-terminated' }],
    ['serverShutdown', { kind: 'server-shutdown' }],
    ['balanceUpdate', { kind: 'other', name: 'balanceUpdate' }],
    ['externalLockUpdate', { kind: 'other', name: 'externalLockUpdate' }],
    ['listStatus', { kind: 'other', name: 'listStatus' }],
    ['somethingNew', { kind: 'other', name: 'somethingNew' }],
  ])('%s is known for what it is', (e, decoded) => {
    expect(decodeEvent({ e, E: 1784246400130 })).toEqual(decoded);
    expect(decode({ event: { e, E: 1784246400130 } })).toEqual(decoded);
  });

  it.each([
    [
      { e: 'outboundAccountPosition', u: 5, B: [{ a: 'BTC', f: 1, l: '0' }] },
      'outboundAccountPosition.B.0.f',
    ],
    [{ e: 'outboundAccountPosition', B: [] }, 'outboundAccountPosition.u'],
    [{ E: 1 }, 'event.e'],
    [[], 'event.e'],
    [null, 'event.e'],
  ])('%j is malformed', (event, where) => {
    expect(decodeEvent(event)).toEqual({ kind: 'malformed', where, unknownWord: null });
  });
});

describe('an answer', () => {
  it.each([
    [
      { id: 'u1', status: 200, result: {} },
      { id: 'u1', status: 200, code: null, retryAfterTime: null },
    ],
    [
      { id: 7, status: 200, result: null, rateLimits: [] },
      { id: '7', status: 200, code: null, retryAfterTime: null },
    ],
    [
      { id: null, status: 401, error: { code: -2015, msg: 'Invalid API-key.' } },
      { id: null, status: 401, code: -2015, retryAfterTime: null },
    ],
    [
      { id: 'x', status: 429, error: { code: -1003, msg: '', data: { serverTime: 1, retryAfter: 99 } } },
      { id: 'x', status: 429, code: -1003, retryAfterTime: 99 },
    ],
    [
      { id: 'x', status: 409, error: { code: -2021, data: { retryAfter: 'soon' } } },
      { id: 'x', status: 409, code: -2021, retryAfterTime: null },
    ],
    [
      { id: 'x', status: 503 },
      { id: 'x', status: 503, code: null, retryAfterTime: null },
    ],
  ])('%j is read', (json, answer) => {
    expect(decode(json)).toEqual({ kind: 'answer', ...answer });
  });

  it.each([
    ['<html>', 'frame'],
    ['', 'frame'],
    ['null', 'answer'],
    ['[]', 'answer'],
    ['{"status":200}', 'answer.id'],
    ['{"id":"1"}', 'answer.status'],
    ['{"id":"1","status":"200"}', 'answer.status'],
    ['{"id":"1","status":400,"error":{"code":"x"}}', 'answer.error.code'],
  ])('%s is malformed', (text, where) => {
    expect(decodeFrame(text)).toEqual({ kind: 'malformed', where, unknownWord: null });
  });
});

const SEED = Number(process.env.SEED ?? 20_260_717);
const ODD: readonly unknown[] = [
  ...[null, true, -1, 0, 0.5, 1e300, 2 ** 53, '', '0', '-1', '1e5', '99999999999999999999999', 'NaN', [], {}],
  ...['constructor', '__proto__', 'TRADE', 'FILLED', 'executionReport', [[[[]]]], { e: 'executionReport' }],
];

/** A frame with some of its values replaced, dropped or doubled, or with some of its characters changed. */
function mutated(frame: unknown, random: Random): string {
  if (random.chance(0.5)) {
    const copy = JSON.parse(JSON.stringify(frame)) as Record<string, unknown>;
    for (let times = 1 + random.below(3); times > 0; times--) {
      const within = (random.chance(0.9) ? (copy.event ?? copy) : copy) as Record<string, unknown>;
      if (typeof within !== 'object' || within === null) break;
      const key = random.pick([...Object.keys(within), 'e', 'id', 'event', '__proto__']);
      if (random.chance(0.2)) delete within[key];
      else within[key] = structuredClone(random.pick(ODD));
    }
    return JSON.stringify(copy);
  }
  let text = JSON.stringify(frame);
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(text.length + 1);
    const piece = random.pick(['', '"', '{', '}', ',', '0', '9', '-', 'e', '\\u0000', ' ', 'null', '\ud800']);
    text = text.slice(0, at) + piece + text.slice(at + random.below(3));
  }
  return random.chance(0.05) ? text.slice(0, random.below(text.length)) : text;
}

it(`60,000 mutated frames are read or refused, never thrown over, and no trade lacks what makes it count (seed ${SEED})`, () => {
  const frames = [
    ...[aWireReport(), aWireFill(), aWireFill({ S: 'SELL', N: 'BNB' }), aWireCancel()].map(pushed),
    pushed(aWirePosition(5, ['BTC', '0.5', '0'], ['USDT', '872.01', '64'])),
    pushed({ e: 'eventStreamTerminated', E: 1 }),
    { event: { e: 'serverShutdown', E: 1 } },
    { id: 'u1', status: 200, result: { subscriptionId: 0 } },
    { id: null, status: 401, error: { code: -2015, msg: 'Invalid.' } },
  ];
  const random = new Random(SEED);
  const kinds = new Map<string, number>();
  for (let round = 0; round < 60_000; round++) {
    const text = mutated(random.pick(frames), random);
    const frame = decodeFrame(text);
    kinds.set(frame.kind, (kinds.get(frame.kind) ?? 0) + 1);
    if (frame.kind !== 'execution') continue;
    const { report } = frame;
    const isWhole =
      Number.isSafeInteger(report.orderId) &&
      report.clientOrderId !== '' &&
      report.symbol !== '' &&
      (report.executionType === 'TRADE') === (report.tradeId !== null) &&
      (report.tradeId === null || (report.tradeId >= 0 && compare(report.lastQuantity, ZERO) > 0)) &&
      compare(report.cumulativeQuantity, report.lastQuantity) >= 0;
    if (!isWhole) throw new Error(`round ${round}: ${text}`);
  }
  // Otherwise the mutations are too mild or too wild to say anything.
  for (const kind of ['execution', 'malformed', 'position', 'answer', 'other'])
    expect(kinds.get(kind)).toBeGreaterThan(100);
});
