import { afterEach, describe, expect, it } from '@jest/globals';
import { Decimal } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import {
  childSpec,
  type Pid,
  PubSub,
  type PubSubProtocol,
  Supervisor,
  subscribeTo,
} from '../../src/otp/index.js';
import { tradeEvents } from '../../src/ports/topics.js';
import { parsePace } from '../../src/streaming/pace.js';
import { Streaming, streamerOf } from '../../src/streaming/streaming.js';
import { TapeFeed, type TapeFeedOptions } from '../../src/streaming/tape-feed.js';
import { tapeSource } from '../../src/streaming/tape-streamer.js';
import { aSystem, aWorker, seenBy, settle, type TestSystem } from '../support/actors.js';
import { Desired } from '../support/desired.js';
import { aLog } from '../support/log.js';

const aTrade = (tradeId: number, tradeTime: number): TradeEvent => ({
  kind: 'trade-event',
  symbol: 'XRPUSDT',
  tradeId,
  price: new Decimal('0.5'),
  quantity: new Decimal('1'),
  tradeTime,
  eventTime: tradeTime + 1,
  buyerIsMaker: true,
  origin: 'exchange',
});

const TRADES = [10, 11, 12, 13, 14, 15].map((id, index) => aTrade(id, 1_000 + index * 100));

async function* inBatchesOf(size: number): AsyncGenerator<readonly TradeEvent[]> {
  for (let start = 0; start < TRADES.length; start += size) yield TRADES.slice(start, start + size);
}

interface Fixture extends TestSystem {
  readonly desired: Desired<null>;
  readonly streaming: Streaming;
  readonly log: ReturnType<typeof aLog>;
  /** Ids of what was published. */
  ids(): number[];
  trades(): readonly TradeEvent[];
  advance(ms: number): Promise<void>;
}

const open: Fixture[] = [];
afterEach(async () => {
  for (const { system } of open.splice(0)) await system.stop();
});

async function aStreaming(options: Partial<TapeFeedOptions> = {}): Promise<Fixture> {
  const test = aSystem();
  const { system, clock } = test;
  const pubsub = system.registry.via<PubSubProtocol>('PubSub');
  const feed = new TapeFeed({ open: () => inBatchesOf(2), pace: parsePace('10/s'), clock, ...options });
  const log = aLog();
  const streaming = new Streaming(system, {
    log,
    source: tapeSource({
      pubsub,
      feeds: new Map([['XRPUSDT', feed]]),
      whyNoFeed: (symbol) => `there is no tape of ${symbol}`,
    }),
  });
  const desired = new Desired<null>();
  const pubsubSpec = childSpec<PubSubProtocol>({
    id: 'PubSub',
    server: PubSub,
    arg: undefined,
    register: 'PubSub',
  });
  const children = [pubsubSpec, streaming.spec(desired)];
  system.spawn(Supervisor, { strategy: 'rest_for_one', children }, 'root');
  const listener = aWorker(system, 'listener');
  subscribeTo(system, pubsub, tradeEvents('XRPUSDT'), listener);
  await settle(system);
  const trades = (): readonly TradeEvent[] => seenBy(listener) as readonly TradeEvent[];
  const fixture: Fixture = {
    ...test,
    desired,
    streaming,
    log,
    trades,
    ids: () => trades().map(({ tradeId }) => tradeId),
    async advance(ms) {
      clock.advance(ms);
      await settle(system);
    },
  };
  open.push(fixture);
  return fixture;
}

async function on(test: Fixture): Promise<void> {
  test.desired.want('XRPUSDT', null);
  await settle(test.system);
}

describe('streaming a tape', () => {
  it('publishes nothing while it is off', async () => {
    const test = await aStreaming();
    await test.advance(10_000);
    expect(test.ids()).toEqual([]);
  });

  it('publishes the first trade at once, and each when it is due, as it stands on the tape', async () => {
    const test = await aStreaming();
    await on(test);
    expect(test.ids()).toEqual([10]);
    await test.advance(99);
    expect(test.ids()).toEqual([10]);
    await test.advance(1);
    expect(test.ids()).toEqual([10, 11]);
    for (let time = 0; time < 20; time++) await test.advance(100);
    expect(test.trades()).toEqual(TRADES);
  });

  it('takes the times of the tape for its pace when it is told to', async () => {
    const test = await aStreaming({ pace: parsePace('x10') });
    await on(test);
    for (let time = 0; time < 3; time++) await test.advance(10);
    expect(test.ids()).toEqual([10, 11, 12, 13]);
  });

  it('ends with the tape, and stays ended', async () => {
    const test = await aStreaming();
    await on(test);
    for (let time = 0; time < 20; time++) await test.advance(100);
    expect(await test.streaming.service.list()).toMatchObject([{ state: 'running', restarts: 0 }]);
    test.desired.want('XRPUSDT', null);
    await test.advance(1_000);
    expect(test.ids()).toHaveLength(TRADES.length);
  });

  it('begins again when it loops, with ids and times that go on', async () => {
    const test = await aStreaming({ loops: true });
    await on(test);
    for (let time = 0; time < 13; time++) await test.advance(100);
    expect(test.ids()).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    const times = test.trades().map(({ tradeTime }) => tradeTime);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
  });

  it('goes on where it was when the Streamer crashes, without losing or repeating a trade', async () => {
    const test = await aStreaming();
    await on(test);
    for (let time = 0; time < 8; time++) {
      test.system.kill(streamerOf(test.system, 'XRPUSDT').whereis() as Pid);
      await settle(test.system);
      // Far enough apart that it is not given up.
      await test.advance(3_000);
    }
    expect(test.ids()).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it('goes on where it was when it is switched off and on', async () => {
    const test = await aStreaming();
    await on(test);
    await test.advance(100);
    test.desired.drop('XRPUSDT');
    await settle(test.system);
    await test.advance(60_000);
    expect(test.ids()).toEqual([10, 11]);
    await on(test);
    await test.advance(100);
    expect(test.ids().slice(0, 3)).toEqual([10, 11, 12]);
    for (let time = 0; time < 20; time++) await test.advance(100);
    expect(test.ids()).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it('catches up what a late timer cost, and no more than a moment of it', async () => {
    const test = await aStreaming({ loops: true, pace: parsePace('10ms') });
    await on(test);
    await test.advance(10);
    expect(test.ids()).toHaveLength(2);
    // The machine slept: the timers of all that time run at once.
    test.desired.drop('XRPUSDT');
    await settle(test.system);
    await test.advance(3_600_000);
    await on(test);
    expect(test.ids().length).toBeLessThan(2 + 40);
  });

  it('gives up a tape that cannot be read, says why, and goes on from the last good trade later', async () => {
    let isBroken = true;
    async function* breaking(): AsyncGenerator<readonly TradeEvent[]> {
      yield TRADES.slice(0, 2);
      if (isBroken) throw new Error('line 4 is wrong');
      yield TRADES.slice(2);
    }
    const test = await aStreaming({ open: breaking });
    await on(test);
    for (let time = 0; time < 5; time++) await test.advance(100);
    expect(await test.streaming.service.list()).toMatchObject([
      { name: 'XRPUSDT', state: 'given-up', reason: expect.stringContaining('line 4 is wrong') },
    ]);
    isBroken = false;
    await on(test);
    for (let time = 0; time < 10; time++) await test.advance(100);
    expect(test.ids()).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it('says that a symbol has no tape', async () => {
    const test = await aStreaming();
    test.desired.want('BTCUSDT', null);
    await settle(test.system);
    expect(test.log.entries.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'streaming: BTCUSDT cannot be started: there is no tape of BTCUSDT' },
    ]);
  });
});
