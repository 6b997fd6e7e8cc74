import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { text as streamText } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type LogEntry, LogRing } from '../../src/platform/log-ring.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import { controlledEngine } from '../support/control.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';

describe('LogRing', () => {
  const aRing = (kept: number) => {
    const clock = new SimClock();
    const ring = new LogRing(clock, kept);
    const under = aLog();
    return { clock, ring, under, log: ring.noting(under) };
  };

  it('keeps the last lines, with their time, and passes all of them on', () => {
    const { ring, under, log } = aRing(2);
    log.info('one');
    log.warn('two', { symbol: 'XRPUSDT' });
    log.debug('not kept');
    log.error('three');
    expect(ring.recent('debug')).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'two', fields: { symbol: 'XRPUSDT' } },
      { time: '1970-01-01T00:00:00.000Z', level: 'error', message: 'three', fields: {} },
    ]);
    expect(ring.recent('error').map(({ message }) => message)).toEqual(['three']);
    expect(under.entries.map(({ message }) => message)).toEqual(['one', 'two', 'not kept', 'three']);
  });

  it('tells followers of what comes, at their level, until they have enough', () => {
    const { ring, log } = aRing(10);
    const [warned, all]: [string[], string[]] = [[], []];
    log.warn('before');
    const unfollow = ring.follow('warn', ({ message }) => warned.push(message));
    ring.follow('debug', ({ message }) => all.push(message));
    log.info('info');
    log.error('error');
    log.debug('debug');
    unfollow();
    log.error('after');
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
