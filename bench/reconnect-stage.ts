import { SIMULATOR_URL } from '../src/app/exchange-choice.js';
import type { TradeEvent } from '../src/domain/trade-event.js';
import { BinanceClient, type BinanceClientProtocol } from '../src/exchange/binance/binance-client.js';
import { binanceRest } from '../src/exchange/binance/binance-rest.js';
import { Credentials } from '../src/exchange/binance/credentials.js';
import { binancePastTrades } from '../src/exchange/binance/past-trades.js';
import { ConnectionBudget } from '../src/exchange/binance/socket/connection-budget.js';
import { DEMO_ACCOUNT } from '../src/exchange/simulator/api/accounts.js';
import {
  ActorSystem,
  childSpec,
  type GenServer,
  type Protocol,
  PubSub,
  type PubSubProtocol,
  Supervisor,
  subscribeTo,
} from '../src/otp/index.js';
import type { Random } from '../src/platform/seeded-random.js';
import { systemClock } from '../src/platform/system-clock.js';
import { tradeEvents } from '../src/ports/topics.js';
import type { PastTrades, TradeRecord } from '../src/ports/trade-source.js';
import { liveSource } from '../src/streaming/live-source.js';
import { Streaming } from '../src/streaming/streaming.js';
import { always } from './always.js';
import { CountingLog } from './counting-log.js';

interface Heard {
  first: number;
  last: number;
}

/** What was published of each symbol, and who waits for more. */
class Published {
  /** Ids that came twice, out of order, or after one that was left out. */
  faults = 0;
  trades = 0;
  readonly bySymbol = new Map<string, Heard>();
  private missing = new Map<string, number>();
  private tell: () => void = () => {};

  take({ symbol, tradeId }: TradeEvent): void {
    const heard = this.bySymbol.get(symbol) ?? { first: tradeId, last: tradeId - 1 };
    if (tradeId !== heard.last + 1) this.faults++;
    heard.last = tradeId;
    this.bySymbol.set(symbol, heard);
    this.trades++;
    const wanted = this.missing.get(symbol);
    if (wanted === undefined || tradeId < wanted) return;
    this.missing.delete(symbol);
    if (this.missing.size === 0) this.tell();
  }

  /** Resolves once each symbol is published up to these ids. */
  upTo(ids: ReadonlyMap<string, number>): Promise<void> {
    this.missing = new Map([...ids].filter(([symbol, id]) => (this.bySymbol.get(symbol)?.last ?? 0) < id));
    return new Promise((resolve) => {
      this.tell = resolve;
      if (this.missing.size === 0) resolve();
    });
  }
}

interface ListenerProtocol extends Protocol {
  readonly arg: Published;
  readonly state: Published;
  readonly info: TradeEvent;
}

const Listener: GenServer<ListenerProtocol> = {
  kind: 'Listener',
  takesAll: true,
  init: (published) => ({ state: published }),
  info(published, event) {
    if (event.kind === 'trade-event') published.take(event);
    return { state: published };
  },
};

const NOTHING_BEFORE: TradeRecord = {
  lastPublished: async () => null,
  recordMissing: async () => {},
  recordAbsent: async () => {},
};

/** The streaming part of the engine, on a simulator. */
export function reconnectStage(port: number, symbols: readonly string[], random: Random) {
  const system = new ActorSystem({ clock: systemClock });
  const log = new CountingLog();
  const published = new Published();
  const base = new URL(SIMULATOR_URL);
  base.port = String(port);
  const [demo] = DEMO_ACCOUNT.keys;
  if (demo?.kind !== 'hmac') throw new Error('the demo account signs otherwise');
  const client = system.registry.via<BinanceClientProtocol>('BinanceClient');
  const past = binancePastTrades(binanceRest(system, client));
  let questions = 0;
  const counted: PastTrades = {
    fetchTrades(symbol, fromId, limit) {
      questions++;
      return past.fetchTrades(symbol, fromId, limit);
    },
  };
  const pubsub = system.registry.via<PubSubProtocol>('PubSub');
  const source = liveSource(system, {
    ...{ pubsub, clock: systemClock, log, random, past: counted, record: NOTHING_BEFORE },
    baseUrl: `ws://${base.host}`,
    budget: new ConnectionBudget(systemClock),
    whyNot: () => null,
    // Every cut is the first one: a real connection is up for longer between two of them.
    tuning: { provenAfterMs: 1 },
  });
  const streaming = new Streaming(system, { log, source });
  const children = [
    childSpec<PubSubProtocol>({ id: 'PubSub', server: PubSub, arg: undefined, register: 'PubSub' }),
    childSpec<BinanceClientProtocol>({
      id: 'BinanceClient',
      server: BinanceClient,
      arg: {
        restUrl: base.origin,
        credentials: Credentials.withSecret(demo.apiKey, demo.secret),
        ...{ clock: systemClock, log, random },
      },
      register: 'BinanceClient',
    }),
    streaming.spec(always(symbols, null)),
  ];
  system.spawn(Supervisor, { strategy: 'rest_for_one', children }, 'Hedgehog');
  const listener = system.spawn(Listener, published, 'Listener');
  for (const symbol of symbols) subscribeTo(system, pubsub, tradeEvents(symbol), listener);
  return {
    published,
    questions: () => questions,
    /** Cuts the connection that is open. */
    async cut(): Promise<void> {
      const body = JSON.stringify({ what: 'cut-connection', where: { socket: 'market' } });
      const { status } = await fetch(`${base.origin}/control/faults`, { method: 'POST', body });
      if (status !== 200) throw new Error(`the simulator does not cut: ${status}`);
    },
    /** Nothing is traded from here on. */
    async halt(): Promise<void> {
      const body = JSON.stringify({ mode: 'step' });
      const { status } = await fetch(`${base.origin}/control/market`, { method: 'POST', body });
      if (status !== 200) throw new Error(`the simulator does not halt: ${status}`);
    },
    stop: () => system.stop(),
  };
}
