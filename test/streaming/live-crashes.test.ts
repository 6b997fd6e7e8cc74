import { describe, expect, it } from '@jest/globals';
import { actorNamed } from '../support/actors.js';
import {
  aLiveStreaming,
  expectAllOnce,
  type LiveStreaming,
  stopsLiveStreaming,
  streamingOne,
} from '../support/live-streaming.js';
import { Random } from '../support/random.js';

stopsLiveStreaming();

const XRP = 'XRPUSDT';

describe('crashes under load', () => {
  const SYMBOLS = ['AUSDT', 'BUSDT', 'CUSDT'];

  /** Trades on three symbols while something happens now and then. */
  async function underLoad(
    test: LiveStreaming,
    random: Random,
    times: number,
    happens: () => Promise<void>,
  ): Promise<void> {
    await test.on(...SYMBOLS);
    for (const symbol of SYMBOLS) test.server.print(symbol);
    await test.until(() => SYMBOLS.every((symbol) => test.ids(symbol).length === 1));
    for (let time = 0; time < times; time++) {
      for (let burst = random.below(6); burst > 0; burst--) {
        for (const symbol of SYMBOLS) if (random.chance(0.7)) test.server.print(symbol, random.below(15));
        if (random.chance(0.05)) test.server.skip(random.pick(SYMBOLS), 1 + random.below(3));
        await test.pass(random.below(20));
      }
      await happens();
    }
    await test.untilAllIsHeard(...SYMBOLS);
    for (const symbol of SYMBOLS) expectAllOnce(test, symbol);
  }

  it.each([
    { victims: ['Streamer AUSDT', 'Streamer BUSDT'] },
    { victims: ['StreamConnection 1'] },
    { victims: ['StreamDesk', 'DynamicStreamConnectionSupervisor'] },
    { victims: ['DynamicStreamerSupervisor', 'StreamConnections'] },
  ])(
    'of $victims lose nothing and publish nothing twice',
    async ({ victims }) => {
      const seed = 7;
      const random = new Random(seed);
      const test = await aLiveStreaming({ seed, limits: { maxResume: 1_000_000 } });
      await underLoad(test, random, 25, async () => {
        await test.until(
          () =>
            test.system.registry.lookup('StreamDesk') !== undefined &&
            victims.every((victim) => isThere(test, victim)),
        );
        if (random.chance(0.5))
          await test.until(() => SYMBOLS.every((symbol) => test.server.carriersOf(symbol).length > 0));
        await test.crash(random.pick(victims));
      });
    },
    120_000,
  );

  it('of a Streamer do not end its stream, also not later', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    await test.crash('Streamer XRPUSDT');
    await test.pass(10_000);
    test.server.print(XRP, 3);
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    expect(test.server.messages).toHaveLength(1);
  });

  it.each(['StreamConnection 1', 'StreamConnections', 'Streaming'])(
    'leave no socket behind when %s is killed',
    async (victim) => {
      const test = await aLiveStreaming();
      await streamingOne(test);
      for (let time = 0; time < 3; time++) {
        test.system.kill(actorNamed(test.system, victim));
        // Another takes its place first.
        await test.until(() => test.server.sockets.connections.length > time + 1);
        await test.until(
          () => test.server.carriersOf(XRP).length === 1 && test.server.sockets.live.length === 1,
        );
      }
    },
  );

  const SEED = 20_261_121;
  it(`cuts at 100 random moments lose nothing and publish nothing twice (seed ${SEED})`, async () => {
    const random = new Random(SEED);
    const test = await aLiveStreaming({ seed: SEED });
    let cuts = 0;
    await underLoad(test, random, 100, async () => {
      await test.until(() => test.server.sockets.live.length > 0);
      if (random.chance(0.7))
        await test.until(() => SYMBOLS.every((symbol) => test.server.carriersOf(symbol).length > 0));
      const { live } = test.server.sockets;
      if (random.chance(0.3)) test.server.lag = random.below(10);
      for (const connection of live) {
        cuts++;
        connection.drop();
      }
      for (const symbol of SYMBOLS) if (random.chance(0.5)) test.server.print(symbol, random.below(30));
      test.server.lag = random.chance(0.5) ? 0 : test.server.lag;
      const isFailing = random.chance(0.3);
      test.server.trouble = isFailing ? () => new Error('no network') : null;
      if (random.chance(0.5)) await test.pass(random.below(300));
      test.server.trouble = null;
    }).finally(() => {
      test.server.lag = 0;
    });
    expect(cuts).toBeGreaterThanOrEqual(100);
  }, 180_000);
});

function isThere(test: LiveStreaming, actor: string): boolean {
  try {
    test.shown(actor);
    return true;
  } catch {
    return false;
  }
}
