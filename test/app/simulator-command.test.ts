import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { hedgehog } from '../support/hedgehog.js';
import { eventually } from '../support/running-hedgehog.js';
import { connected, type Json } from '../support/simulator.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const CLI = 'dist/src/app/cli.js';
const TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-calm.csv.gz';
const children = new Set<ReturnType<typeof spawn>>();

afterEach(async () => {
  const left = [...children].filter((child) => child.exitCode === null);
  for (const child of left) child.kill('SIGKILL');
  await Promise.all(left.map((child) => once(child, 'close')));
  children.clear();
});

/** Starts the command as a process of its own, and waits for its first line. */
async function started(...args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, 'simulator', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const line = await eventually(
    () => output,
    'it says where it listens',
    (text) => text.includes('\n'),
  );
  return {
    line,
    stop: (signal: NodeJS.Signals) => {
      child.kill(signal);
      return ended;
    },
  };
}

describe('hedgehog simulator', () => {
  it('says in JSON where it listens, makes up a market, and stops when it is asked to', async () => {
    const args = [
      '--port',
      '0',
      '--market',
      '7',
      '--symbols',
      'BTCUSDT,XRPUSDT',
      '--speed',
      '200/s',
      '--json',
    ];
    const { line, stop } = await started(...args);
    const said: Json = JSON.parse(line);
    expect(said).toMatchObject({
      rest: `http://127.0.0.1:${said.port}`,
      webSocketApi: `ws://127.0.0.1:${said.port}/ws-api/v3`,
      markets: ['BTCUSDT', 'XRPUSDT'],
    });
    expect(said.apiKey).toHaveLength(64);
    const client = await connected(`${said.streams}/stream?streams=btcusdt@trade/xrpusdt@trade`);
    const trades = await client.json(50);
    expect(new Set(trades.map(({ stream }) => stream))).toEqual(new Set(['btcusdt@trade', 'xrpusdt@trade']));
    const time = await fetch(`${said.rest}/api/v3/time`);
    expect(await time.json()).toEqual({ serverTime: expect.any(Number) });
    expect(await stop('SIGTERM')).toBe(0);
    expect((await client.closed())?.code).toBe(1001);
    expect(client.frames.at(-1)).toContain('!serverShutdown');
  });

  it('plays a tape step by step, with the faults of a file, and says so in a line for people', async () => {
    const faults = folder.write(JSON.stringify([{ what: 'withhold-trades', skip: 1, length: 2 }]));
    const { line, stop } = await started('--port', '0', '--tape', TAPE, '--faults', faults, '--step');
    const port = /REST http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? '';
    expect(line).toContain('markets XRPUSDT;');
    expect(line).toContain('demo API key ');
    const client = await connected(`ws://127.0.0.1:${port}/ws/xrpusdt@trade`);
    await fetch(`http://127.0.0.1:${port}/control/step`, { method: 'POST', body: '{"count":5}' });
    expect((await client.json(3)).map(({ t }) => t)).toEqual([1, 4, 5]);
    expect(await stop('SIGINT')).toBe(0);
  });

  it('a port that is taken is a mistake, told without a stack', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { code, stderr } = await hedgehog('simulator', '--port', String(port));
    taken.close();
    expect([code, stderr]).toEqual([
      2,
      `hedgehog: port ${port}: another program listens there; allowed is a free port, or 0 for any\n`,
    ]);
  });

  it.each([
    { args: ['--port', '70000'], says: '--port is "70000"; allowed is a whole number from 0 to 65535' },
    { args: ['--market', 'x'], says: '--market is "x"; allowed is a whole number' },
    { args: ['--symbols', 'NOPE'], says: '--symbols: "NOPE" is unknown; allowed is ADAUSDT' },
    { args: ['--speed', 'fast'], says: '--speed is "fast"; allowed is trades per second' },
    { args: ['--commission', '1.5'], says: '--commission is "1.5"; allowed is a decimal from 0 to below 1' },
    { args: ['--faults', 'no-such.json'], says: 'cannot read no-such.json: there is no such file' },
    { args: ['--tape', 'no-such.csv'], says: 'cannot read no-such.csv: there is no such file' },
  ])('$args is a mistake', async ({ args, says }) => {
    const { code, stderr } = await hedgehog('simulator', '--port', '0', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('    at ');
  });
});
