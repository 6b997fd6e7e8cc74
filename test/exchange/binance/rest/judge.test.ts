import { describe, expect, it } from '@jest/globals';
import { judge, type Verdict } from '../../../../src/exchange/binance/rest/judge.js';

const verdict = (
  status: number,
  code: number | null,
  message = 'Some message.',
  retryAfterMs: number | null = null,
): Verdict => judge({ status, code, message, retryAfterMs });

/** Every code of the documentation that a bot for limit orders may meet, by what a 400 with it means. */
const BY_CODE: Readonly<Record<Verdict['kind'], readonly number[]>> = {
  unknown: [-1000, -1001, -1006, -1007, -2021],
  'wrong-keys': [-1002, -2014, -2015],
  'clock-off': [-1021],
  stop: [-1003],
  'orders-full': [-1015],
  closed: [],
  busy: [-1008],
  rejected: [
    ...[
      -1010, -1013, -1014, -1016, -1020, -1022, -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108, -1111,
    ],
    ...[
      -1112, -1114, -1115, -1116, -1117, -1118, -1119, -1120, -1121, -1122, -1127, -1128, -1130, -1135, -1145,
    ],
    ...[-1151, -1194, -1220, -2010, -2011, -2013, -2022, -2026, -2035, -2036, -2038, -2039, -2042, -2043],
  ],
};
const CODES = Object.entries(BY_CODE).flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const));

describe('judge', () => {
  it.each(CODES)('takes %i with 400 as %s', (code, kind) => {
    expect(verdict(400, code).kind).toBe(kind);
  });

  it.each(CODES)('takes %i with any other status by the status first', (code, kind) => {
    for (const status of [500, 502, 503, 504, 200, 204, 302, 409])
      expect(verdict(status, code).kind).toBe('unknown');
    expect(verdict(401, code)).toMatchObject({ kind: 'wrong-keys', code });
    expect(verdict(403, code)).toMatchObject({ kind: 'stop', why: 'firewall' });
    expect(verdict(418, code)).toMatchObject({ kind: 'stop', why: 'ban' });
    expect(verdict(429, code).kind).toBe(code === -1015 ? 'orders-full' : 'stop');
    for (const status of [404, 410, 422]) expect(verdict(status, code).kind).toBe(kind);
  });

  it.each([
    [400, 'unknown'],
    [401, 'wrong-keys'],
    [403, 'stop'],
    [404, 'unknown'],
    [409, 'unknown'],
    [410, 'unknown'],
    [418, 'stop'],
    [421, 'unknown'],
    [429, 'stop'],
    [500, 'unknown'],
    [503, 'unknown'],
    [200, 'unknown'],
    [301, 'unknown'],
  ] as const)('takes %i without a code, as with HTML, as %s: never as a rejection', (status, kind) => {
    expect(verdict(status, null).kind).toBe(kind);
  });

  it.each([
    'Market is closed.',
    'This order type is not possible in this trading phase.',
    'Limit orders require GTC for this phase.',
  ])('takes %j for a "not now"', (message) => {
    expect(verdict(400, -2010, message)).toEqual({ kind: 'closed', waitMs: 60_000 });
  });

  it('takes an order whose id is open already as one that may have been placed', () => {
    expect(verdict(400, -2010, 'Duplicate order sent.').kind).toBe('unknown');
    expect(verdict(400, -2010, 'Account has insufficient balance for requested action.')).toEqual({
      kind: 'rejected',
      code: -2010,
      reason: 'Account has insufficient balance for requested action.',
    });
  });

  it('says of refused keys that they are wrong', () => {
    for (const [status, code] of [
      [401, null],
      [401, -2015],
      [400, -2014],
      [400, -1002],
    ] as const)
      expect(verdict(status, code)).toMatchObject({ reason: expect.stringContaining('refuses the API key') });
  });

  it.each([
    [429, -1003, null, 60_000],
    [429, -1003, 7_000, 7_000],
    [418, -1003, null, 120_000],
    [418, -1003, 259_200_000, 259_200_000],
    [403, null, null, 300_000],
    [403, null, 1_000, 300_000],
    [403, null, 600_000, 600_000],
    [400, -1003, null, 60_000],
    [400, -1008, null, 30_000],
    [429, -1015, 3_000, 3_000],
    [429, -1015, null, null],
  ] as const)(
    'asks with %i and %p and a Retry-After of %p ms for a wait of %p ms',
    (status, code, retryAfter, waitMs) => {
      expect(verdict(status, code, 'x', retryAfter)).toMatchObject({ waitMs });
    },
  );
});
