import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import {
  type ActorSystem,
  type GenServer,
  type Pid,
  type Protocol,
  PubSub,
  type PubSubProtocol,
  subscribeTo,
} from '../../src/otp/index.js';
import type { SimClock } from '../../src/platform/sim-clock.js';
import { tradeEvents } from '../../src/ports/topics.js';
import type { StreamDeskProtocol } from '../../src/streaming/stream-desk.js';
import { StreamFigures } from '../../src/streaming/stream-figures.js';
import { Streamer, type StreamerProtocol } from '../../src/streaming/streamer.js';
import { TradeLine } from '../../src/streaming/trade-line.js';
import { actorNamed, aSystem, aWorker, seenBy, settle } from '../support/actors.js';
import { MemoryRecord } from '../support/live-streaming.js';
import { aLog } from '../support/log.js';
import { SYMBOL, trades } from '../support/market.js';

interface DeskProtocol extends Protocol {
  readonly arg: string[];
  readonly state: string[];
  readonly casts: Pick<StreamDeskProtocol['casts'], 'stream' | 'silent'>;
}

/** Notes of which symbols it is told that they are silent. */
const Desk: GenServer<DeskProtocol> = {
  kind: 'StreamDesk',
  init: (silent) => ({ state: silent }),
  casts: {
    stream: (silent) => ({ state: silent }),
    silent(silent, symbol) {
      silent.push(symbol);
      return { state: silent };
    },
  },
};

const FIVE_MINUTES = 300_000;

let system: ActorSystem;
let clock: SimClock;
let streamer: Pid<StreamerProtocol>;
let listener: ReturnType<typeof aWorker>;
/** What the exchange has. */
let history: TradeEvent[];
let asked: number;
let silent: string[];
const log = aLog();
beforeEach(async () => {
  ({ system, clock } = aSystem());
  [history, asked, silent] = [[], 0, []];
  const pubsub = system.spawn<PubSubProtocol>(PubSub, undefined, 'PubSub');
  const desk: Pid = system.spawn<DeskProtocol>(Desk, silent, 'StreamDesk');
  listener = aWorker(system);
  subscribeTo(system, pubsub, tradeEvents(SYMBOL), listener);
  streamer = system.spawn<StreamerProtocol>(
    Streamer,
    {
      symbol: SYMBOL,
      line: new TradeLine(100, 100),
      desk,
      pubsub,
      past: {
        fetchTrades: async (_symbol, fromId) => {
          asked++;
          return history.filter(({ tradeId }) => tradeId >= fromId);
        },
      },
      record: new MemoryRecord(),
      log,
      figures: new StreamFigures(),
      clock: clock,
      random: () => 0,
    },
    'Streamer',
  );
  await settle(system);
});
afterEach(() => system.stop());

async function streamed(from: number, to: number): Promise<void> {
  history = [...trades(1, to)];
  system.send(streamer, { kind: 'trades', trades: trades(from, to), heardMs: 0 });
  await settle(system);
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await settle(system);
}

const warnings = () => log.entries.filter(({ level }) => level === 'warn').length;

describe('a stream that tells of no trade for long', () => {
  it('of a symbol that is quiet is left alone', async () => {
    await streamed(1, 3);
    for (let look = 0; look < 10; look++) await pass(FIVE_MINUTES);
    expect(asked).toBe(9);
    expect([silent, warnings()]).toEqual([[], 0]);
  });

  it('of a symbol that trades nevertheless has its trades fetched, is told of, and its connection made anew, once', async () => {
    await streamed(1, 3);
    await pass(FIVE_MINUTES);
    history = [...trades(1, 5)];
    await pass(FIVE_MINUTES);
    expect(seenBy(listener)).toEqual(trades(1, 5));
    expect(silent).toEqual([]);
    for (let last = 6; last < 10; last++) {
      history = [...trades(1, last)];
      await pass(FIVE_MINUTES);
    }
    expect(seenBy(listener)).toEqual(trades(1, 9));
    expect(silent).toEqual([SYMBOL]);
    expect(warnings()).toBe(1);
    expect(actorNamed(system, 'Streamer').inspect()).toMatchObject({ silent: true, unstreamed: 5 });
  });

  it('is not suspected for what it tells of right after a look', async () => {
    await streamed(1, 3);
    for (let last = 4; last < 24; last += 2) {
      await pass(FIVE_MINUTES);
      history = [...trades(1, last)];
      await pass(FIVE_MINUTES);
      await streamed(last + 1, last + 1);
    }
    expect(silent).toEqual([]);
  });

  it('that never told of any is shown to be silent, and nothing is asked', async () => {
    await pass(FIVE_MINUTES);
    await pass(FIVE_MINUTES);
    expect(actorNamed(system, 'Streamer').inspect()).toMatchObject({ silent: true, lastId: null });
    expect(asked).toBe(0);
  });
});
