import { writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { FUNCTION_NAMES } from '../../src/app/console/functions.js';
import { announcedIn } from '../../src/control/announcement.js';
import { runningHedgehog } from '../../src/control/client.js';
import { HedgehogClient, knownPaths, knownSymbols } from '../../src/control/hedgehog-client.js';
import * as shapes from '../../src/control/schemas.js';
import { InputError } from '../../src/platform/input-error.js';
import { controlledEngine } from '../support/control.js';
import { eventually } from '../support/running-hedgehog.js';

const SYMBOLS = ['XRPUSDT', 'BTCUSDT'];
const hedgehog = controlledEngine(SYMBOLS);
const asking = (access: 'read' | 'full') => runningHedgehog(hedgehog.places, '1.2.3', access);
const client = () => new HedgehogClient(asking);
const isShape = (shape: z.ZodType, value: unknown) => expect(shape.safeParse(value).error).toBeUndefined();

describe('the client of a running Hedgehog', () => {
  it('has the functions that the console tells of, and no others', () => {
    const methods = Object.getOwnPropertyNames(HedgehogClient.prototype);
    const inner = ['constructor', 'switch', 'actors'];
    expect(methods.filter((name) => !inner.includes(name))).toEqual(
      FUNCTION_NAMES.filter((name) => name !== 'help'),
    );
  });

  it('switches trading, streaming and storing, symbols in lists or one by one', async () => {
    const daemon = client();
    expect(await daemon.startTrading('XRPUSDT', ['BTCUSDT'])).toEqual([
      { symbol: 'XRPUSDT', before: 'off', now: 'on' },
      { symbol: 'BTCUSDT', before: 'off', now: 'on' },
    ]);
    expect(await daemon.stopTrading('XRPUSDT')).toEqual([{ symbol: 'XRPUSDT', before: 'on', now: 'off' }]);
    expect(await daemon.startStreaming(SYMBOLS)).toHaveLength(2);
    expect(await daemon.stopStreaming('BTCUSDT')).toEqual([{ symbol: 'BTCUSDT', before: 'on', now: 'off' }]);
    expect(await daemon.startStoring('OHLC', 'XRPUSDT')).toEqual([
      { symbol: 'XRPUSDT', before: 'off', now: 'on' },
    ]);
    expect(await daemon.stopStoring('OHLC', 'XRPUSDT')).toEqual([
      { symbol: 'XRPUSDT', before: 'on', now: 'off' },
    ]);
    expect(await daemon.shutDownTrading('BTCUSDT')).toEqual([
      { symbol: 'BTCUSDT', before: 'on', now: 'shutdown' },
    ]);
    const { trading, streaming, storing } = await daemon.services();
    for (const told of [trading, streaming, storing]) isShape(shapes.service, told);
    expect(streaming.wanted).toContainEqual(
      expect.objectContaining({ symbol: 'XRPUSDT', topic: null, status: 'on' }),
    );
  });

  it('tells what the API tells, in the shapes that it describes', async () => {
    const daemon = client();
    await daemon.startTrading('XRPUSDT');
    await eventually(
      () => daemon.positions(),
      'it has begun a cycle',
      (found) => found.length === 1,
    );
    isShape(shapes.positions, { positions: await daemon.positions() });
    isShape(shapes.orders, { orders: await daemon.orders({ symbol: 'XRPUSDT', open: true, limit: 5 }) });
    isShape(shapes.profit, await daemon.profit());
    isShape(shapes.settings, await daemon.settings('XRPUSDT'));
    isShape(shapes.inspected, { actors: await daemon.inspect(), supervisor: null });
    expect(await daemon.inspect('Leader XRPUSDT')).toMatchObject({ kind: 'Leader' });
    expect((await daemon.tree('Leader XRPUSDT')).split('\n')[1]).toMatch(/^Leader XRPUSDT +0 /);
    expect((await daemon.tree()).split('\n')[0]).toMatch(/^ACTOR +MAILBOX /);
    for (const entry of await daemon.logs({ level: 'info' })) isShape(shapes.logEntry, entry);
    expect(await daemon.ready()).toMatchObject({ ready: true, reasons: [] });
    expect(await daemon.metrics()).toMatch(/^# HELP hedgehog_/m);
    const [waiting] = await daemon.why('XRPUSDT');
    isShape(shapes.whyIdle, waiting);
    expect(waiting).toMatchObject({ symbol: 'XRPUSDT' });
  });

  it('sets how much the parts say', async () => {
    const daemon = client();
    const before = await daemon.logLevels();
    isShape(shapes.logLevels, { levels: before });
    expect(await daemon.setLogLevel('warn', 'trading')).toEqual({ ...before, trading: 'warn' });
    expect(new Set(Object.values(await daemon.setLogLevel('error')))).toEqual(new Set(['error']));
  });

  it('cancels orders, and tells of one that nobody knows', async () => {
    await expect(client().cancelOrder('hh-nobody-B1')).rejects.toThrow('"hh-nobody-B1"');
    await expect(client().cancelOrder({ symbol: 'XRPUSDT', orderId: 4711 })).rejects.toThrow('4711');
  });

  it('changes settings, or only tells what a change would do', async () => {
    const daemon = client();
    const tried = await daemon.setSettings('XRPUSDT', { budget: '500' }, { dryRun: true });
    isShape(shapes.settingsChanged, tried);
    expect(tried).toMatchObject({ dryRun: true, changes: [{ key: 'budget', from: '1000', to: '500' }] });
    expect((await daemon.settings('XRPUSDT')).settings.budget).toBe('1000');
    expect(await daemon.setSettings('XRPUSDT', { budget: 500 })).toMatchObject({ dryRun: false });
    expect((await daemon.settings('XRPUSDT')).settings.budget).toBe('500');
  });

  it('has an actor crash', async () => {
    const daemon = client();
    isShape(shapes.killed, await daemon.kill('Control'));
    await eventually(async () => (await daemon.inspect('Control')).restarts, 'it is back');
  });

  it('tells symbols and paths to complete with', async () => {
    expect([...(await knownSymbols(asking('read')))].toSorted()).toEqual([...SYMBOLS].toSorted());
    const paths = await knownPaths(asking('read'));
    expect(paths[0]).toBe('Hedgehog');
    expect(paths).toContain('Hedgehog/PubSub');
  });

  it('only looks with the read-only token', async () => {
    const daemon = new HedgehogClient(() => asking('read'));
    expect(await daemon.positions()).toEqual([]);
    for (const change of [
      () => daemon.startTrading('XRPUSDT'),
      () => daemon.stopStoring('OHLC', 'XRPUSDT'),
      () => daemon.setSettings('XRPUSDT', { budget: 500 }),
      () => daemon.kill('PubSub'),
    ])
      await expect(change()).rejects.toThrow(new InputError('the read-only token changes nothing'));
    expect((await daemon.settings('XRPUSDT')).status).toBe('off');
  });

  it('asks with no more than the read-only token for what only looks', async () => {
    const asked: string[] = [];
    const daemon = new HedgehogClient((access) => {
      asked.push(access);
      return asking(access);
    });
    await Promise.all([
      ...[
        daemon.settings('XRPUSDT'),
        daemon.orders(),
        daemon.positions(),
        daemon.profit(),
        daemon.inspect(),
        daemon.tree(),
      ],
      ...[daemon.logs(), daemon.services(), daemon.ready(), daemon.metrics()],
    ]);
    expect(new Set(asked)).toEqual(new Set(['read']));
  });

  it('refuses what nobody could have meant', async () => {
    const daemon = client();
    await expect(daemon.orders('XRPUSDT' as never)).rejects.toThrow(
      'options are "XRPUSDT"; allowed is { symbol, open, limit }',
    );
    await expect(daemon.orders({ limits: 5 } as never)).rejects.toThrow(
      'options have "limits"; allowed is symbol, open, limit',
    );
    await expect(daemon.setSettings('XRPUSDT', {}, { dry: true } as never)).rejects.toThrow(
      'options have "dry"',
    );
    await expect(daemon.settings(undefined as never)).rejects.toThrow('allowed is a symbol such as XRPUSDT');
    await expect(daemon.startTrading()).rejects.toThrow('allowed is at least one symbol');
    await expect(daemon.settings('../profit')).rejects.toThrow(InputError);
  });

  it('finds the Hedgehog anew for each call', async () => {
    const daemon = client();
    await daemon.positions();
    const { announcement } = hedgehog.places;
    const announced = announcedIn(announcement);
    writeFileSync(announcement, JSON.stringify({ ...announced, pid: 2 ** 22 + 1 }));
    await expect(daemon.positions()).rejects.toThrow('process 4194305, announced in');
    writeFileSync(announcement, JSON.stringify(announced));
    expect(await daemon.positions()).toEqual([]);
  });
});
