import type { Settings } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';
import {
  ActorSystem,
  type Address,
  type CrashReport,
  childSpec,
  DynamicSupervisor,
  type ExitReason,
  type GenServer,
  namedSupervisor,
  type Pid,
  type Protocol,
  PubSub,
  type PubSubProtocol,
  type Scheduler,
  type SupervisorProtocol,
  startChild,
  type Via,
} from '../otp/index.js';
import { SimClock } from '../platform/sim-clock.js';
import type { Cycle, CycleStore, Leadership } from '../ports/cycle-store.js';
import type { Log, LogFields } from '../ports/log.js';
import { type Pacing, UNPACED } from '../ports/pacing.js';
import { FLAT, type Position } from '../strategy/position.js';
import type { TradingDeps } from '../trading/deps.js';
import type { LeaderProtocol } from '../trading/leader.js';
import { termsChanged, tradersOf } from '../trading/leader-client.js';
import { MemoryCycleStore } from '../trading/memory-cycle-store.js';
import { SymbolStanding } from '../trading/standing.js';
import { leaderOf } from '../trading/symbol-supervisor.js';
import { Trader } from '../trading/trader.js';
import type { TraderProtocol } from '../trading/trader-protocol.js';
import { type StartOptions, Trading, type TradingIntensity } from '../trading/trading.js';
import { type AsText, aSymbol, aTradeEvent, someSettings } from './builders.js';
import { MockedExchange } from './mocked-exchange.js';
import { settleActors } from './settle.js';
import { WatchedCycles } from './watched-cycles.js';

export interface TestEngineOptions {
  /** What the exchange lists; default one `aSymbol()`. */
  readonly symbols?: readonly SymbolInfo[];
  /** Default: fills and starts are let through at once, as live. */
  readonly pacing?: Pacing;
  /** Where cycles are kept; default in memory, with client order ids that start with `test`. */
  readonly cycles?: CycleStore;
  /** How often parts of the trading tree may crash; defaults as for a supervisor. */
  readonly intensity?: TradingIntensity;
  readonly scheduler?: Scheduler;
}

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields;
}

/** A cycle to start a trader in. */
export interface TraderOptions {
  /** Default the first that the exchange lists. */
  readonly symbol?: string;
  /** Default `someSettings()`. */
  readonly settings?: Settings;
  /** Default flat. */
  readonly position?: Position;
}

/** A single trader, without a Leader: nobody starts it again. */
export interface TestTrader {
  readonly pid: Pid<TraderProtocol>;
  readonly cycleId: number;
  /** As it was committed last, also after the trader has ended. */
  readonly position: Position;
  /** How often it asked its Leader for one more trader. */
  readonly rebuysAsked: number;
}

interface RebuyDeskProtocol extends Protocol {
  readonly state: Map<number, number>;
  readonly arg: Map<number, number>;
  readonly casts: Pick<LeaderProtocol['casts'], 'askRebuy' | 'termsChanged'>;
}

/** Stands where a single trader looks for its Leader, and counts. */
const RebuyDesk: GenServer<RebuyDeskProtocol> = {
  kind: 'RebuyDesk',
  init: (asked) => ({ state: asked }),
  casts: {
    askRebuy(asked, { cycleId }) {
      asked.set(cycleId, (asked.get(cycleId) ?? 0) + 1);
      return { state: asked };
    },
    termsChanged: (asked) => ({ state: asked }),
  },
};

const DESK = 'RebuyDesk';
const TRADERS = 'Traders';
const PUBSUB = 'PubSub';

/**
 * A small engine for tests: PubSub, a mocked exchange, and traders, on a clock that stands still. The parts stand side by
 * side, so that each can crash without taking the others along.
 *
 * Everything that returns a promise resolves when all actors have dealt with it.
 */
export class TestEngine {
  readonly clock = new SimClock();
  readonly system: ActorSystem;
  readonly pubsub: Via<PubSubProtocol>;
  readonly exchange: MockedExchange;
  /** What was committed of every cycle. */
  readonly cycles: WatchedCycles;
  /** Every line that was logged. */
  readonly lines: LogLine[] = [];
  /** Every crash of an actor. */
  readonly crashes: CrashReport[] = [];
  /** Every cycle that a Leader has ended, as it ended. */
  readonly ended: Cycle[] = [];
  /** Starts, stops and changes symbols; the methods below do it and wait. */
  readonly trading: Trading;
  private readonly deps: TradingDeps;
  private readonly rebuysAsked = new Map<number, number>();
  /** Of the symbols whose traders this engine starts without a Leader. */
  private readonly leaderships = new Map<string, Leadership>();
  private readonly symbols: readonly SymbolInfo[];
  private lastTradeId = 0;

  constructor(options: TestEngineOptions = {}) {
    this.symbols = options.symbols ?? [aSymbol()];
    this.cycles = new WatchedCycles(options.cycles ?? new MemoryCycleStore('test'));
    this.system = new ActorSystem({
      clock: this.clock,
      onCrash: (report) => this.crashes.push(report),
      ...(options.scheduler === undefined ? {} : { scheduler: options.scheduler }),
    });
    this.pubsub = this.system.registry.via<PubSubProtocol>(PUBSUB);
    this.exchange = new MockedExchange(this.system, this.pubsub, this.symbols);
    this.deps = {
      exchange: this.exchange.port,
      pubsub: this.pubsub,
      pacing: options.pacing ?? UNPACED,
      cycles: this.cycles,
      clock: this.clock,
      log: this.log(),
      onCycleEnd: (cycle) => this.ended.push(cycle),
    };
    this.trading = new Trading(this.system, this.deps, options.intensity);
    this.system.spawn<SupervisorProtocol>(
      namedSupervisor('Hedgehog'),
      {
        children: [
          childSpec<PubSubProtocol>({ id: PUBSUB, server: PubSub, arg: undefined, register: PUBSUB }),
          this.exchange.spec(),
          childSpec<RebuyDeskProtocol>({
            id: DESK,
            server: RebuyDesk,
            arg: this.rebuysAsked,
            register: DESK,
          }),
          childSpec<SupervisorProtocol>({
            id: TRADERS,
            server: namedSupervisor(TRADERS, DynamicSupervisor),
            arg: {},
            register: TRADERS,
          }),
          this.trading.spec(),
        ],
      },
      'Hedgehog',
    );
  }

  // ---- traders

  /** Starts one trader, without a Leader. */
  async startTrader({
    symbol,
    settings = someSettings(),
    position = FLAT,
  }: TraderOptions = {}): Promise<TestTrader> {
    const cycle = await this.open(symbol ?? this.firstSymbol().symbol, settings);
    if (position !== FLAT) await this.cycles.save(cycle, position);
    return this.takeUp(cycle.id);
  }

  /** Starts a trader, without a Leader, on a cycle as the store has it: what a Leader does after a trader's crash. */
  async takeUp(cycleId: number): Promise<TestTrader> {
    const { system, cycles, rebuysAsked } = this;
    const leadership = await this.lead(cycles.get(cycleId).symbol);
    const cycle = await cycles.takeUp(leadership, cycleId);
    const info = this.exchange.symbolInfo(cycle.symbol);
    if (info === undefined) throw new Error(`the mocked exchange does not list ${cycle.symbol}`);
    const leader: Via = system.registry.via(DESK);
    const pid = await startChild(
      system,
      system.registry.via<SupervisorProtocol>(TRADERS),
      childSpec<TraderProtocol>({
        id: `Trader ${cycleId}`,
        server: Trader,
        arg: { deps: this.deps, cycle, info, leader, standing: new SymbolStanding() },
        restart: 'temporary',
      }),
    );
    await this.settle();
    return {
      pid,
      cycleId,
      get position() {
        return cycles.get(cycleId).position;
      },
      get rebuysAsked() {
        return rebuysAsked.get(cycleId) ?? 0;
      },
    };
  }

  /** Starts a symbol's whole tree: its supervisors, its Leader, and traders as the Leader sees fit. */
  async startSymbol(
    symbol = this.firstSymbol().symbol,
    settings: Settings = someSettings(),
    options: StartOptions = {},
  ): Promise<void> {
    await this.trading.start(symbol, settings, options);
    await this.settle();
  }

  /** Stops a symbol's tree at once; its orders stay where they are. False when it is not traded. */
  async stopSymbol(symbol = this.firstSymbol().symbol): Promise<boolean> {
    const stopped = await this.trading.stop(symbol);
    await this.settle();
    return stopped;
  }

  /** Starts nothing new: unfilled buys are cancelled, what was bought is sold. False when the symbol is not traded. */
  async shutDown(symbol = this.firstSymbol().symbol): Promise<boolean> {
    const isTraded = this.trading.shutDown(symbol);
    await this.settle();
    return isTraded;
  }

  /** New settings, for cycles that begin from now on; parked traders try again. False when the symbol is not traded. */
  async changeSettings(settings: Settings, symbol = this.firstSymbol().symbol): Promise<boolean> {
    const isTraded = this.trading.changeSettings(symbol, settings);
    await this.settle();
    return isTraded;
  }

  /** Cycles of a symbol that have not ended, by id. */
  cyclesOf(symbol = this.firstSymbol().symbol): readonly Cycle[] {
    return this.cycles.of(symbol);
  }

  /** Traders that a symbol's Leader runs, in order of their start. */
  tradersOf(symbol = this.firstSymbol().symbol): Promise<readonly Pid<TraderProtocol>[]> {
    return tradersOf(this.system, this.leader(symbol));
  }

  leader(symbol = this.firstSymbol().symbol): Via<LeaderProtocol> {
    return leaderOf(this.system.registry, symbol);
  }

  /** Tells a symbol's Leader that settings have changed, or one trader that rules have. */
  async conditionsChanged(trader?: TestTrader): Promise<void> {
    if (trader === undefined) termsChanged(this.system, this.leader());
    else this.system.cast(trader.pid, 'marketNews', { info: this.firstSymbol(), funds: null });
    await this.settle();
  }

  // ---- what happens

  /** Somebody's public trade, on `TRADE_EVENTS:<SYMBOL>`. Trade ids count up from 1 unless told otherwise. */
  async trade(fields: AsText<TradeEvent> = {}): Promise<TradeEvent> {
    const event = aTradeEvent({
      symbol: this.firstSymbol().symbol,
      tradeId: ++this.lastTradeId,
      tradeTime: this.clock.wallMs(),
      eventTime: this.clock.wallMs(),
      ...fields,
    });
    await this.exchange.tell(event);
    return event;
  }

  /** Moves time on. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** Ends an actor at once, as a crash does; whoever supervises it deals with that. */
  async kill(address: Address, reason: ExitReason = new Error('killed by the test')): Promise<void> {
    const pid = 'whereis' in address ? address.whereis() : address;
    if (pid === undefined) throw new Error('there is nobody to kill');
    this.system.kill(pid, reason);
    await this.settle();
  }

  /** Resolves when every mailbox is empty and nobody is at work. */
  settle(): Promise<void> {
    return settleActors(this.system);
  }

  /** Stops all actors. */
  stop(): Promise<void> {
    return this.system.stop();
  }

  /** Opens a cycle as a Leader would: the first of the symbol, or one more. */
  private async open(symbol: string, settings: Settings): Promise<Cycle> {
    const leadership = await this.lead(symbol);
    const latest = this.cycles.of(symbol).at(-1);
    if (latest === undefined) return this.cycles.openFirst(leadership, settings);
    const cycle = await this.cycles.openRebuy(leadership, settings, latest.id);
    if (cycle === null) throw new Error(`cycle ${latest.id} of ${symbol} had its rebuy`);
    return cycle;
  }

  private async lead(symbol: string): Promise<Leadership> {
    const known = this.leaderships.get(symbol);
    if (known !== undefined) return known;
    const { leadership } = await this.cycles.lead(symbol);
    this.leaderships.set(symbol, leadership);
    return leadership;
  }

  private firstSymbol(): SymbolInfo {
    const [first] = this.symbols;
    if (first === undefined) throw new Error('the exchange of this test lists no symbol');
    return first;
  }

  private log(): Log {
    const at =
      (level: keyof Log) =>
      (message: string, fields: LogFields = {}): void => {
        this.lines.push({ level, message, fields });
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

/** Builds a small engine for a test, and starts it. Stop it when the test ends. */
export const startTestEngine = (options: TestEngineOptions = {}): TestEngine => new TestEngine(options);
