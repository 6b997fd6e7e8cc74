import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { candleInterval, zoneOffsetMs } from '../../../../src/exchange/simulator/api/candle-interval.js';
import { error, RestSimulator, START_MS } from '../../../support/rest-simulator.js';

const MINUTE = 60_000;

describe('klines', () => {
  let simulator: RestSimulator;
  beforeAll(async () => {
    simulator = await RestSimulator.start();
    await simulator.trade('100', '1');
    simulator.clock.advance(10_000);
    await simulator.trade('103', '2', 'BTCUSDT', true);
    await simulator.trade('98', '0.5');
    simulator.clock.advance(3 * MINUTE);
    await simulator.trade('105', '4');
    simulator.clock.advance(MINUTE);
  });
  afterAll(() => simulator.stop());
  const ask = async (given: Readonly<Record<string, string | number>> = {}) =>
    (await simulator.get('klines', { symbol: 'BTCUSDT', interval: '1m', ...given })).body;
  const opens = async (given: Readonly<Record<string, string | number>>) =>
    (await ask(given)).map(([open]: [number]) => (open - START_MS) / MINUTE);

  it('has a row for each interval since the first trade, also for those without trades', async () => {
    const quiet = (minute: number, price: string) => [
      ...[START_MS + minute * MINUTE, price, price, price, price, '0.00000000'],
      ...[START_MS + (minute + 1) * MINUTE - 1, '0.00000000', 0, '0.00000000', '0.00000000', '0'],
    ];
    expect(await ask()).toEqual([
      [
        ...[START_MS, '100.00000000', '103.00000000', '98.00000000', '98.00000000', '3.50000000'],
        ...[START_MS + MINUTE - 1, '355.00000000', 3, '1.50000000', '149.00000000', '0'],
      ],
      quiet(1, '98.00000000'),
      quiet(2, '98.00000000'),
      [
        START_MS + 3 * MINUTE,
        ...['105.00000000', '105.00000000', '105.00000000', '105.00000000', '4.00000000'],
        ...[START_MS + 4 * MINUTE - 1, '420.00000000', 1, '4.00000000', '420.00000000', '0'],
      ],
      quiet(4, '105.00000000'),
    ]);
  });

  it('has the newest without bounds, and the oldest from a start', async () => {
    expect(await opens({ limit: 2 })).toEqual([3, 4]);
    expect(await opens({ startTime: START_MS + 1, limit: 2 })).toEqual([1, 2]);
    expect(await opens({ startTime: START_MS - 5 * MINUTE, limit: 2 })).toEqual([0, 1]);
    expect(await opens({ endTime: START_MS + 2 * MINUTE, limit: 2 })).toEqual([1, 2]);
    expect(await opens({ startTime: START_MS + MINUTE, endTime: START_MS + 2 * MINUTE - 1 })).toEqual([1]);
    expect((await ask({ limit: 3 }))[0][4]).toBe('98.00000000');
  });

  it('refuses what is no interval, and what is no time zone', async () => {
    expect(await simulator.get('klines', { symbol: 'BTCUSDT', interval: '7m' })).toMatchObject(
      error(-1120, 'Invalid interval.'),
    );
    expect((await ask({ timeZone: '15:00' })).code).toBe(-1130);
    const [[open]] = await ask({ interval: '1d', timeZone: '1:30' });
    expect(new Date(open).toISOString()).toMatch(/T22:30:00.000Z$/);
  });
});

describe('intervals', () => {
  const openOf = (name: string, text: string) =>
    new Date(candleInterval(name)?.openOf(Date.parse(text)) ?? 0).toISOString();

  it('weeks begin on Mondays, months on their first day', () => {
    expect(openOf('1w', '2026-07-19T23:59:59.999Z')).toBe('2026-07-13T00:00:00.000Z');
    expect(openOf('1w', '2026-07-20T00:00:00.000Z')).toBe('2026-07-20T00:00:00.000Z');
    expect(openOf('1M', '2026-02-28T12:00:00.000Z')).toBe('2026-02-01T00:00:00.000Z');
    const month = candleInterval('1M');
    expect(month?.after(Date.parse('2026-12-01T00:00:00Z'))).toBe(Date.parse('2027-01-01T00:00:00Z'));
    expect(openOf('4h', '2026-02-28T12:34:56.000Z')).toBe('2026-02-28T12:00:00.000Z');
  });

  it.each([
    ['0', 0],
    ['8', 8 * 60],
    ['-1:00', -60],
    ['05:45', 5 * 60 + 45],
    ['-12:00', -12 * 60],
    ['14:00', 14 * 60],
  ])('the zone %s is %d minutes from UTC', (text, minutes) => {
    expect(zoneOffsetMs(text)).toBe(minutes * MINUTE);
  });

  it.each(['', 'UTC', '14:01', '-12:01', '1:60', '1:5'])('%j is no zone', (text) => {
    expect(zoneOffsetMs(text)).toBeUndefined();
  });

  it('names of objects are no intervals', () => {
    expect(candleInterval('constructor')).toBeUndefined();
  });
});
