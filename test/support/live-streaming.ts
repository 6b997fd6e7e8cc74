import { afterEach, expect } from '@jest/globals';
import type { IdRange } from '../../src/domain/id-range.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { ConnectionBudget } from '../../src/exchange/binance/socket/connection-budget.js';
import {
  childSpec,
  type Pid,
  PubSub,
  type PubSubProtocol,
  Supervisor,
  subscribeTo,
} from '../../src/otp/index.js';
import { tradeEvents } from '../../src/ports/topics.js';
import type { TradeRecord } from '../../src/ports/trade-source.js';
import { type LiveSourceOptions, liveSource } from '../../src/streaming/live-source.js';
import { StreamFigures } from '../../src/streaming/stream-figures.js';
import { Streaming } from '../../src/streaming/streaming.js';
import { actorNamed, aSystem, aWorker, seenBy, type TestSystem } from './actors.js';
import { Desired } from './desired.js';
import { aLog } from './log.js';
import { MarketServer } from './market-server.js';
import { Random } from './random.js';
import { until } from './until.js';

/** What is written down of trades, in memory. */
export class MemoryRecord implements TradeRecord {
  readonly last = new Map<string, number>();
  readonly missing: (IdRange & { readonly symbol: string })[] = [];
  readonly absent: (IdRange & { readonly symbol: string })[] = [];
  /** Holds up every answer. */
  gate: Promise<void> = Promise.resolve();

  async lastPublished(symbol: string): Promise<number | null> {
    await this.gate;
    return this.last.get(symbol) ?? null;
  }
  async recordMissing(symbol: string, ranges: readonly IdRange[]): Promise<void> {
    await this.gate;
    this.missing.push(...ranges.map((range) => ({ symbol, ...range })));
  }
  async recordAbsent(symbol: string, ranges: readonly IdRange[]): Promise<void> {
    await this.gate;
    this.absent.push(...ranges.map((range) => ({ symbol, ...range })));
  }
}

export interface LiveStreaming extends TestSystem {
  readonly server: MarketServer;
  readonly record: MemoryRecord;
  readonly desired: Desired<null>;
  readonly streaming: Streaming;
  readonly log: ReturnType<typeof aLog>;
  readonly figures: StreamFigures;
  /** Switches symbols on, and waits until the exchange streams them. */
  on(...symbols: string[]): Promise<void>;
  /** Published trades of a symbol. */
  heard(symbol: string): readonly TradeEvent[];
  ids(symbol: string): readonly number[];
  /** Lets time pass, in small steps, until it holds. */
  until(holds: () => boolean): Promise<void>;
  /** Lets so many milliseconds pass, in small steps. */
  pass(ms: number): Promise<void>;
  /** Until all that was traded since the first published trade is published, and nothing else. */
  untilAllIsHeard(...symbols: string[]): Promise<void>;
  /** What the inspector shows. */
  shown(actor: string): Readonly<Record<string, unknown>>;
  crash(actor: string): Promise<void>;
}

const STEP_MS = 5;

const open: { readonly system: TestSystem; readonly server: MarketServer }[] = [];

/** Stops what a test of the file has started; to be called once per file. */
export function stopsLiveStreaming(): void {
  afterEach(async () => {
    for (const { system, server } of open.splice(0)) {
      const stopped = { is: false };
      void system.system.stop().then(() => {
        stopped.is = true;
      });
      await until(
        () => stopped.is && server.sockets.live.length === 0,
        () => system.clock.advance(100),
      );
      await server.sockets.stop();
    }
  });
}

/** Streaming of a market on sockets of this machine; time is simulated and passes while a test waits. */
export async function aLiveStreaming(
  options: Pick<Partial<LiveSourceOptions>, 'limits' | 'tuning' | 'exchangeNow'> & {
    readonly seed?: number;
    readonly record?: MemoryRecord;
  } = {},
): Promise<LiveStreaming> {
  const { limits = {}, tuning = {}, seed = 1, record = new MemoryRecord() } = options;
  const test = aSystem();
  const { system, clock } = test;
  const server = await MarketServer.start(clock);
  const pubsub = system.registry.via<PubSubProtocol>('PubSub');
  const random = new Random(seed);
  const log = aLog();
  const figures = new StreamFigures();
  const source = liveSource(system, {
    pubsub,
    clock,
    log,
    // Waits are short: tests that cut often would take for ever.
    random: () => random.next() / 30,
    baseUrl: server.baseUrl,
    budget: new ConnectionBudget(clock, { attempts: 10_000 }),
    past: server,
    record,
    whyNot: (symbol) => (symbol.startsWith('NO') ? `${symbol} is not listed` : null),
    limits,
    tuning: { silenceMs: 3_600_000, ...tuning },
    figures,
    ...(options.exchangeNow === undefined ? {} : { exchangeNow: options.exchangeNow }),
  });
  const often = { maxRestarts: 1_000, periodMs: 1 };
  const streaming = new Streaming(system, { log, source, intensity: often });
  const desired = new Desired<null>();
  const pubsubSpec = childSpec<PubSubProtocol>({
    id: 'PubSub',
    server: PubSub,
    arg: undefined,
    register: 'PubSub',
  });
  const children = [pubsubSpec, streaming.spec(desired)];
  system.spawn(Supervisor, { strategy: 'rest_for_one', children, ...often }, 'root');
  const listeners = new Map<string, ReturnType<typeof aWorker>>();
  open.push({ system: test, server });

  const listen = (symbol: string): void => {
    if (listeners.has(symbol)) return;
    const listener = aWorker(system, `listener ${symbol}`);
    subscribeTo(system, pubsub, tradeEvents(symbol), listener);
    listeners.set(symbol, listener);
  };
  const heard = (symbol: string): readonly TradeEvent[] => {
    const listener = listeners.get(symbol);
    return listener === undefined ? [] : (seenBy(listener) as readonly TradeEvent[]);
  };
  const ids = (symbol: string): readonly number[] => heard(symbol).map(({ tradeId }) => tradeId);
  const whenPassing = (holds: () => boolean): Promise<void> => until(holds, () => clock.advance(STEP_MS));

  return {
    ...test,
    server,
    record,
    desired,
    streaming,
    log,
    figures,
    heard,
    ids,
    until: whenPassing,
    async pass(ms) {
      const endMs = clock.monotonicMs() + ms;
      await until(
        () => clock.monotonicMs() >= endMs,
        () => clock.advance(Math.max(STEP_MS, ms / 100)),
      );
    },
    async on(...symbols) {
      for (const symbol of symbols) {
        listen(symbol);
        desired.wishes.set(symbol, { version: '1', wanted: null });
      }
      desired.tell();
      await whenPassing(() => symbols.every((symbol) => server.carriersOf(symbol).length > 0));
    },
    async untilAllIsHeard(...symbols) {
      const expected = (symbol: string): readonly number[] => {
        const [first = 0] = ids(symbol);
        return server.ids(symbol).filter((id) => id >= first);
      };
      await whenPassing(() => symbols.every((symbol) => ids(symbol).length >= expected(symbol).length)).catch(
        (error: unknown) => {
          const shown = symbols.map((symbol) => [
            symbol,
            expected(symbol).at(-1),
            shownBy(test, `Streamer ${symbol}`),
          ]);
          throw new Error(`not all is heard: ${JSON.stringify(shown)}`, { cause: error });
        },
      );
    },
    shown: (actor) => shownBy(test, actor),
    async crash(actor) {
      system.kill(actorNamed(system, actor) as Pid, new Error('crashed by the test'));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const shownBy = ({ system }: TestSystem, actor: string): Readonly<Record<string, unknown>> =>
  actorNamed(system, actor).inspect() as Readonly<Record<string, unknown>>;

/** Streams a symbol of which one trade is published. */
export async function streamingOne(test: LiveStreaming, symbol = 'XRPUSDT'): Promise<void> {
  await test.on(symbol);
  test.server.print(symbol);
  await test.until(() => test.ids(symbol).length === 1);
}

/** All that was traded since the first published trade is published, once and in order. */
export const expectAllOnce = (test: LiveStreaming, symbol: string): void => {
  const [first = 0] = test.ids(symbol);
  expect(test.ids(symbol)).toEqual(test.server.ids(symbol).filter((id) => id >= first));
};
