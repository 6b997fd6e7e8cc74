import { describe, expect, it } from '@jest/globals';
import type { Fault } from '../../src/exchange/simulator/faults/fault.js';
import { actorNamed } from '../support/actors.js';
import { Random } from '../support/random.js';
import { API_KEY, stopSimulatorsAfterEach } from '../support/simulator.js';
import { endLivesAfterEach, SYMBOLS, TradingLife } from '../support/trading-life.js';

interface Trouble {
  readonly name: string;
  readonly faults: readonly ({ readonly what: Fault['what'] } & Readonly<Record<string, unknown>>)[];
  /** How long it lasts, milliseconds of the exchange's clock; default 15 s. */
  readonly lastsMs?: number;
}

const ORDER = { endpoint: 'POST /api/v3/order' };
const LOOK_UP = { endpoint: 'GET /api/v3/order' };
const OWN_TRADES = { endpoint: 'GET /api/v3/myTrades' };
const sockets = ['market', 'user-data'] as const;

/** Every fault that the simulator knows; the compiler asks for one that is left out. */
const TROUBLES: Readonly<Record<Fault['what'], readonly Trouble[]>> = {
  'refuse-connection': sockets.map((socket) => ({
    name: `the ${socket} connection is cut, and refused three times`,
    faults: [
      { what: 'refuse-connection', where: { socket }, times: 3 },
      { what: 'cut-connection', where: { socket } },
    ],
  })),
  'cut-connection': sockets.map((socket) => ({
    name: `the ${socket} connection is cut again and again`,
    faults: [{ what: 'cut-connection', where: { socket }, times: 5, afterMs: 1_500 }],
  })),
  'stall-connection': sockets.map((socket) => ({
    name: `the ${socket} connection falls silent`,
    faults: [{ what: 'stall-connection', where: { socket }, afterMs: 500 }],
    lastsMs: 25_000,
  })),
  'shut-down-connection': [
    ...sockets.map((socket) => ({
      name: `the ${socket} connection is shut down without notice`,
      faults: [{ what: 'shut-down-connection', where: { socket }, leadMs: 0, times: 2 }] as const,
    })),
    {
      name: 'all connections are shut down with notice',
      faults: [{ what: 'shut-down-connection', leadMs: 3_000, times: 2 }],
    },
  ],
  'malformed-trade': [
    {
      name: 'trades cannot be read',
      faults: [{ what: 'malformed-trade', times: 'always', probability: 0.2 }],
    },
    { name: 'nothing on the market streams can be read', faults: [{ what: 'malformed-trade', times: 60 }] },
  ],
  'malformed-report': [
    {
      name: 'reports cannot be read',
      faults: [{ what: 'malformed-report', times: 'always', probability: 0.4 }],
    },
  ],
  'withhold-trades': [
    {
      name: 'trades are streamed to nobody, and REST has them',
      faults: [{ what: 'withhold-trades', length: 7, times: 'always', probability: 0.05 }],
    },
    {
      name: 'there are ids without a trade',
      faults: [{ what: 'withhold-trades', length: 3, rest: 'absent', times: 'always', probability: 0.05 }],
    },
  ],
  'lose-report': [
    {
      name: 'reports are lost',
      faults: [{ what: 'lose-report', times: 'always', probability: 0.4 }],
      lastsMs: 40_000,
    },
    {
      name: 'no fill is reported',
      faults: [{ what: 'lose-report', where: { executionType: 'TRADE' }, times: 'always' }],
      lastsMs: 40_000,
    },
  ],
  'double-report': [
    { name: 'every report comes twice', faults: [{ what: 'double-report', times: 'always' }] },
  ],
  'delay-report': [
    {
      name: 'reports come late',
      faults: [{ what: 'delay-report', times: 'always', probability: 0.5, delayMs: 2_500 }],
    },
  ],
  'swap-reports': [
    {
      name: 'reports come in another order',
      faults: [{ what: 'swap-reports', times: 'always', probability: 0.5 }],
    },
  ],
  'answer-error': [
    {
      name: 'orders are answered with 503, and accepted',
      faults: [{ what: 'answer-error', where: ORDER, times: 4, done: 'now' }],
    },
    {
      name: 'orders are answered with 503, and not accepted',
      faults: [{ what: 'answer-error', where: ORDER, times: 2, done: 'never' }],
      lastsMs: 30_000,
    },
    {
      name: 'orders are answered with -1007, and accepted later',
      faults: [{ what: 'answer-error', where: ORDER, times: 3, status: 504, done: 'later', laterMs: 6_000 }],
      lastsMs: 30_000,
    },
    {
      name: 'look-ups are answered with 500',
      faults: [
        { what: 'answer-error', where: ORDER, times: 3, done: 'now' },
        {
          what: 'answer-error',
          where: LOOK_UP,
          times: 5,
          status: 500,
          code: -1001,
          message: 'Internal error.',
        },
        { what: 'answer-error', where: OWN_TRADES, times: 5, status: 502 },
      ],
    },
  ],
  'lose-reply': [
    {
      name: 'orders are carried out, and the connection ends instead of an answer',
      faults: [{ what: 'lose-reply', where: ORDER, times: 4 }],
    },
    {
      name: 'the connection ends, and orders are not carried out',
      faults: [{ what: 'lose-reply', where: ORDER, times: 2, done: 'never' }],
      lastsMs: 30_000,
    },
    {
      name: 'one answer in three is lost',
      faults: [{ what: 'lose-reply', times: 'always', probability: 0.33 }],
      lastsMs: 30_000,
    },
  ],
  'delay-reply': [
    {
      name: 'answers to orders come after their reports',
      faults: [{ what: 'delay-reply', where: ORDER, times: 'always', delayMs: 3_000 }],
    },
    {
      name: 'answers to orders come when nobody waits for them any more',
      faults: [{ what: 'delay-reply', where: ORDER, times: 3, delayMs: 17_000 }],
      lastsMs: 20_000,
    },
  ],
  'rate-limit': [
    {
      name: 'the exchange asks for fewer requests',
      faults: [{ what: 'rate-limit', times: 'always', probability: 0.3, retryAfterSeconds: 2 }],
    },
    {
      name: 'the exchange bans us',
      faults: [{ what: 'rate-limit', status: 418, retryAfterSeconds: 10, times: 2 }],
      lastsMs: 25_000,
    },
  ],
  forbid: [
    { name: 'a firewall turns us away', faults: [{ what: 'forbid', where: ORDER }], lastsMs: 310_000 },
  ],
  'hide-order': [
    {
      name: 'orders of which the answer was lost cannot be found at first',
      faults: [
        { what: 'lose-reply', where: ORDER, times: 4 },
        { what: 'hide-order', forMs: 8_000 },
        { what: 'lose-report', times: 'always', probability: 0.7 },
      ],
      lastsMs: 30_000,
    },
  ],
  'clock-skew': [-30_000, 30_000].map((skewMs) => ({
    name: `the clock of the exchange jumps by ${skewMs / 1_000} s`,
    faults: [{ what: 'clock-skew', skewMs }],
  })),
};

endLivesAfterEach();
stopSimulatorsAfterEach();

/** What does not keep the engine away for minutes. */
const MILD = Object.values(TROUBLES)
  .flat()
  .filter(({ faults }) => faults.every(({ what, status }) => what !== 'forbid' && status !== 418));

/** Requests of the engine: far below what the exchange allows, and far below what an endless loop makes. */
const MOST_A_SECOND = 25;

/** It trades again, and agrees with the exchange in everything. */
async function expectAllIsWell(life: TradingLife): Promise<void> {
  await life.trades();
  expect(await life.settled()).toEqual([]);
}

describe('an engine that trades over sockets agrees with the exchange about every order, fill, trade and balance', () => {
  it('when nothing goes wrong', async () => {
    const life = await TradingLife.begin({ seed: 1 });
    await life.trades(20);
    expect(await life.settled()).toEqual([]);
  });

  it.each(Object.values(TROUBLES).flat())('when $name', async ({ faults, lastsMs = 15_000 }) => {
    const life = await TradingLife.begin({ seed: 2, speed: lastsMs > 100_000 ? 40 : 10 });
    await life.trades();
    await life.arm(...faults);
    await life.pass(lastsMs);
    for (const { what } of faults) if (what !== 'clock-skew') expect(await life.fired()).toHaveProperty(what);
    await life.disarm();
    await expectAllIsWell(life);
  });

  it('when its API key is revoked, and it is started again with another', async () => {
    const life = await TradingLife.begin({ seed: 3 });
    await life.trades();
    await life.exchange.control('POST /keys/revoke', { apiKey: API_KEY });
    await life.pass(10_000);
    const requests = await life.requests();
    await life.pass(20_000);
    // It goes on asking for nothing but trades that it missed.
    expect((await life.requests()) - requests).toBeLessThan(20);
    life.useSecondKey();
    await life.restartEngine();
    // What was refused is parked, until somebody says that it may be tried again.
    life.unpark();
    await expectAllIsWell(life);
  });

  it.each(['HALT', 'BREAK'])('when a symbol goes into %s, and trades again', async (status) => {
    const life = await TradingLife.begin({ seed: 4 });
    await life.trades();
    await life.exchange.control('POST /symbols', { symbol: SYMBOLS[0], status });
    await life.pass(15_000);
    await life.exchange.control('POST /symbols', { symbol: SYMBOLS[0], status: 'TRADING' });
    // As often as an operator would: the engine may learn of the new rules a little later.
    for (let times = 0; times < 3; times++) {
      life.unpark();
      await life.pass(5_000);
    }
    await expectAllIsWell(life);
  });

  it('when the markets of the exchange crash again and again', async () => {
    const life = await TradingLife.begin({ seed: 8, speed: 4 });
    const { system } = life.exchange.simulator;
    for (let times = 0; times < 6; times++) {
      await life.trades(2);
      const killed = actorNamed(system, `Market ${SYMBOLS[times % SYMBOLS.length]}`);
      system.kill(killed, new Error('killed by the test'));
      // More of them at once, and whoever starts them again would give up.
      await life.pass(6_000);
    }
    await expectAllIsWell(life);
  });

  it('when the exchange ends all connections at once, without notice', async () => {
    const life = await TradingLife.begin({ seed: 5 });
    await life.trades();
    for (let times = 0; times < 3; times++) {
      await life.exchange.control('POST /shutdown-notice', { leadMs: 0 });
      await life.pass(4_000);
    }
    await expectAllIsWell(life);
  });

  it('when it is killed and started again, again and again', async () => {
    const random = new Random(6);
    const life = await TradingLife.begin({ seed: 6 });
    await life.trades();
    for (let times = 0; times < 8; times++) {
      await life.pass(50 + random.below(4_000));
      await life.crashEngine();
      await life.pass(random.below(3_000));
      await life.startEngine();
    }
    await expectAllIsWell(life);
  });

  it('when it is killed just as answers to orders are lost', async () => {
    const life = await TradingLife.begin({ seed: 7 });
    for (const done of ['now', 'never', 'now', 'never'] as const) {
      await life.trades(2);
      await life.arm({ what: 'lose-reply', where: ORDER, done });
      await life.untilFired('lose-reply');
      await life.restartEngine();
      await life.disarm();
    }
    await expectAllIsWell(life);
  });
});

describe('whatever goes wrong at once, and however often the engine is killed meanwhile', () => {
  it.each([11, 12, 13, 14])('all is well in the end (seed %i)', async (seed) => {
    const random = new Random(seed);
    const life = await TradingLife.begin({ seed });
    await life.trades();
    const before = await life.requests();
    const startMs = life.clock.monotonicMs();
    for (let round = 0; round < 8; round++) {
      const some = Array.from({ length: 1 + random.below(4) }, () => random.pick(MILD)).flatMap(
        ({ faults }) => faults,
      );
      await life.arm(...some);
      await life.pass(500 + random.below(4_000));
      if (random.chance(0.4)) await life.restartEngine();
      if (random.chance(0.5)) await life.disarm();
    }
    await life.disarm();
    const requests = (await life.requests()) - before;
    expect(requests / ((life.clock.monotonicMs() - startMs) / 1_000)).toBeLessThan(MOST_A_SECOND);
    await expectAllIsWell(life);
  });
});
