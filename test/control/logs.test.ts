import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { text as streamText } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { LogRing } from '../../src/platform/log-ring.js';
import type { LogEntry } from '../../src/platform/logging/log-entry.js';
import type { LogLevel } from '../../src/ports/log.js';
import { controlledEngine } from '../support/control.js';
import { eventually } from '../support/running-hedgehog.js';

describe('LogRing', () => {
  const anEntry = (level: LogLevel, message: string): LogEntry => ({
    ...{ level, message, part: 'app', fields: {} },
    time: '2026-01-02T03:04:05.678Z',
  });

  it('keeps the last lines, and none at debug', () => {
    const ring = new LogRing(2);
    const [warned, failed] = [anEntry('warn', 'two'), anEntry('error', 'three')];
    for (const entry of [anEntry('info', 'one'), warned, anEntry('debug', 'not kept'), failed])
      ring.note(entry);
    expect(ring.recent('debug')).toEqual([warned, failed]);
    expect(ring.recent('error')).toEqual([failed]);
  });

  it('tells followers of what comes, at their level, until they have enough', () => {
    const ring = new LogRing();
    const [warned, all]: [string[], string[]] = [[], []];
    ring.note(anEntry('warn', 'before'));
    const unfollow = ring.follow('warn', ({ message }) => warned.push(message));
    ring.follow('debug', ({ message }) => all.push(message));
    for (const level of ['info', 'error', 'debug'] as const) ring.note(anEntry(level, level));
    unfollow();
    ring.note(anEntry('error', 'after'));
    expect([warned, all]).toEqual([['error'], ['info', 'error', 'debug', 'after']]);
  });
});

const api = controlledEngine(['XRPUSDT']);
const open: IncomingMessage[] = [];
afterEach(() => {
  for (const response of open.splice(0)) response.destroy();
});

async function follow(query: string): Promise<IncomingMessage> {
  const asking = request({
    host: '127.0.0.1',
    port: api.port,
    path: `/v1/logs?follow=true${query}`,
    agent: false,
    headers: { authorization: `Bearer ${api.tokens.read}` },
  });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  open.push(response);
  return response;
}

describe('GET /v1/logs', () => {
  it('tells of the last lines and ends', async () => {
    api.log.warn('a warning', { symbol: 'XRPUSDT', none: null });
    const lines = (await api.ask('/v1/logs?level=warn')).text.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as LogEntry)).toMatchObject([
      { level: 'warn', message: 'a warning', fields: { symbol: 'XRPUSDT', none: null } },
    ]);
    expect((await api.ask('/v1/logs')).text).toContain('"control: listening"');
  });

  it('goes on with the next ones for who follows, line by line', async () => {
    api.log.error('before');
    const response = await follow('&level=debug');
    const seen: string[] = [];
    const lines = createInterface({ input: response });
    lines.on('error', () => {});
    lines.on('line', (line) => seen.push((JSON.parse(line) as LogEntry).message));
    await eventually(() => seen.includes('before'), 'the last lines are there');
    api.log.debug('a detail\nin two lines');
    api.log.info('after');
    await eventually(
      () => seen.slice(-2).join(),
      'the next ones too',
      (text) => text === 'a detail\nin two lines,after',
    );
  });

  it('tells only of one part, or of one symbol, when that is asked for', async () => {
    api.log.part('storing').warn('TRADE_EVENTS:XRPUSDT: cannot store');
    api.log.part('trading').info('placing buy', { symbol: 'XRPUSDT' });
    api.log.part('trading').info('placing buy', { symbol: 'XRPUSDTC' });
    api.log.part('control').info('trading is switched on', { symbols: 'BTCUSDT XRPUSDT' });
    const told = async (query: string): Promise<string[]> =>
      (await api.ask(`/v1/logs?${query}`)).text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogEntry)
        .map(({ part, fields }) => `${part} ${Object.values(fields).join()}`.trim());
    expect(await told('part=trading')).toEqual(['trading XRPUSDT', 'trading XRPUSDTC']);
    expect(await told('symbol=XRPUSDT')).toEqual(['storing', 'trading XRPUSDT', 'control BTCUSDT XRPUSDT']);
    expect(await told('part=trading&symbol=XRPUSDT')).toEqual(['trading XRPUSDT']);
    expect(await told('part=trading&symbol=XRPUSDT&level=warn')).toEqual([]);
    const response = await follow('&part=exchange');
    const seen: string[] = [];
    createInterface({ input: response }).on('line', (line) =>
      seen.push((JSON.parse(line) as LogEntry).message),
    );
    api.log.part('streaming').info('of another part');
    api.log.part('exchange').info('of that part');
    await eventually(() => seen.length > 0, 'it is told of');
    expect(seen).toEqual(['of that part']);
  });

  it('cuts who does not read, and goes on logging meanwhile', async () => {
    const response = await follow('');
    response.pause();
    const closed = new Promise((resolve) => response.on('close', resolve));
    const long = 'x'.repeat(1 << 16);
    for (let count = 0; count < 400; count++) api.log.info(long);
    expect(api.entries.filter(({ message }) => message === long)).toHaveLength(400);
    response.resume();
    await closed;
    expect(response.complete).toBe(false);
    expect((await api.ask('/healthz')).status).toBe(200);
  });

  it('ends for who follows when Hedgehog stops', async () => {
    const response = await follow('');
    const text = streamText(response);
    await api.engine.stop();
    expect(await text).toContain('control: listening');
    expect(response.complete).toBe(true);
  });
});
