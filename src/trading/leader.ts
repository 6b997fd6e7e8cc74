import type { Decimal } from '../domain/decimal.js';
import type { Settings } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import {
  type Address,
  childSpec,
  DEFAULT_INTENSITY,
  Down,
  describeExit,
  type ExitReason,
  FIRST_OF_ITS_LINE,
  type GenServer,
  isAbnormal,
  judgeRestart,
  type Lineage,
  type Pid,
  type Protocol,
  type RestartIntensity,
  RestartIntensityExceeded,
  restartedFor,
  type Self,
  type SupervisorProtocol,
  startChild,
} from '../otp/index.js';
import type { Cycle, Leadership } from '../ports/cycle-store.js';
import type { Log, LogFields } from '../ports/log.js';
import { rebuyStatus } from '../strategy/position.js';
import type { TradingDeps } from './deps.js';
import type { MarketNews } from './market-news.js';
import type { SymbolStanding } from './standing.js';
import type { SymbolTerms } from './symbol-terms.js';
import { Trader } from './trader.js';
import type { TraderProtocol } from './trader-protocol.js';

/**
 * Leader: decides which traders of one symbol run. It starts the first, replaces those whose cycle has closed, grants
 * rebuys while chunks are free, and starts a crashed trader again with its last state.
 */
export interface LeaderArg {
  readonly deps: TradingDeps;
  readonly symbol: string;
  readonly terms: SymbolTerms;
  readonly standing: SymbolStanding;
  readonly traderSupervisor: Address<SupervisorProtocol>;
  /** Where traders find the Leader. */
  readonly leader: Address<LeaderProtocol>;
  /** How often traders may crash before the Leader gives up; default as for a supervisor. */
  readonly intensity?: RestartIntensity;
}

interface RunningTrader {
  readonly cycleId: number;
  readonly lineage: Lineage;
}

interface LeaderState extends LeaderArg {
  /** Null until `begin` has asked for it. */
  led: {
    readonly info: SymbolInfo;
    readonly leadership: Leadership;
    /** The account's, where the exchange says it. */
    readonly fee: Decimal | null;
  } | null;
  readonly traders: Map<Pid<TraderProtocol>, RunningTrader>;
  recentCrashesMs: readonly number[];
  closedCycles: number;
}

export interface LeaderProtocol extends Protocol {
  readonly arg: LeaderArg;
  readonly state: LeaderState;
  readonly calls: { traders(nothing: null): readonly Pid<TraderProtocol>[] };
  readonly casts: {
    readonly askRebuy: { readonly cycleId: number };
    readonly termsChanged: null;
    readonly marketNews: { readonly info: SymbolInfo; readonly funds: MarketNews['funds'] };
    /** What one side of a cycle costs from now on, a fraction. */
    readonly feeTold: Decimal;
  };
  readonly info: never;
  readonly continue: 'begin';
}

type LeaderSelf = Self<LeaderProtocol>;

/**
 * Takes up the cycles that the store knows, or starts the first: after a start, a crash of the Leader, of the symbol or of the
 * process alike.
 */
async function begin(state: LeaderState, self: LeaderSelf): Promise<void> {
  const { deps, symbol, standing } = state;
  standing.beginsAnew();
  const info = await deps.exchange.symbolInfo(symbol);
  if (info === undefined) throw new Error(`the exchange does not list ${symbol}`);
  const fee = await deps.exchange.commissionRate(symbol);
  const { leadership, cycles } = await deps.cycles.lead(symbol);
  state.led = { info, leadership, fee };
  standing.isLed = true;
  log(state, 'debug', 'the cycles of the symbol are taken up', { cycles: cycles.length });
  for (const cycle of cycles) {
    // Closed, and the Leader crashed before it heard of it: replaced like any other.
    if (cycle.position.phase === 'closed') await replace(state, cycle, self);
    else await startTrader(state, cycle, FIRST_OF_ITS_LINE, self);
  }
  // Asked for, and the Leader crashed before it answered. Those who can are asking again; a closed one cannot.
  for (const { id, position } of cycles)
    if (rebuyStatus(position) === 'asked') await onRebuyAsked(state, id, self);
  if (cycles.length === 0 && !state.terms.shuttingDown) await startFirst(state, self);
  if (state.terms.changed) tryAgain(state, self);
  tellWhenShutDown(state);
}

function ledBy(state: LeaderState): NonNullable<LeaderState['led']> {
  if (state.led === null) throw new Error('the Leader has not begun');
  return state.led;
}

/** What a cycle that begins now goes by: the fee is the account's where that is known. */
function settingsNow(state: LeaderState): Settings {
  const { fee } = ledBy(state);
  const { settings } = state.terms;
  return fee === null ? settings : { ...settings, fee };
}

async function startFirst(state: LeaderState, self: LeaderSelf): Promise<void> {
  const cycle = await state.deps.cycles.openFirst(ledBy(state).leadership, settingsNow(state));
  await startTrader(state, cycle, FIRST_OF_ITS_LINE, self);
}

async function startRebuy(state: LeaderState, of: number, self: LeaderSelf): Promise<void> {
  const { deps, traders } = state;
  const cycle = await deps.cycles.openRebuy(ledBy(state).leadership, settingsNow(state), of);
  const runs = [...traders.values()].some(({ cycleId }) => cycleId === cycle?.id);
  if (cycle !== null && !runs) await startTrader(state, cycle, FIRST_OF_ITS_LINE, self);
}

async function replace(state: LeaderState, closed: Cycle, self: LeaderSelf): Promise<void> {
  const { deps, terms } = state;
  const { leadership } = ledBy(state);
  state.closedCycles++;
  state.standing.ends(closed.id);
  if (terms.shuttingDown) {
    await deps.cycles.end(leadership, closed);
    deps.onCycleEnd(closed);
    return;
  }
  const fresh = await deps.cycles.replace(leadership, closed, settingsNow(state));
  deps.onCycleEnd(closed);
  await startTrader(state, fresh, FIRST_OF_ITS_LINE, self);
}

async function startTrader(
  state: LeaderState,
  cycle: Cycle,
  lineage: Lineage,
  self: LeaderSelf,
): Promise<void> {
  const { deps, leader, standing, traderSupervisor } = state;
  const spec = childSpec<TraderProtocol>({
    id: `Trader ${cycle.id}`,
    server: Trader,
    arg: { deps, cycle, info: ledBy(state).info, leader, standing },
    restart: 'temporary',
  });
  const trader = await startChild(self, traderSupervisor, spec, lineage);
  self.monitor(trader);
  state.traders.set(trader, { cycleId: cycle.id, lineage });
  if (state.terms.shuttingDown) self.cast(trader, 'shutDown', null);
}

async function onRebuyAsked(state: LeaderState, cycleId: number, self: LeaderSelf): Promise<void> {
  const { settings, shuttingDown } = state.terms;
  const { chunks } = settings;
  const running = state.traders.size;
  if (shuttingDown) {
    log(state, 'info', 'no rebuy, the symbol is shutting down', { traderId: cycleId });
  } else if (running >= chunks) {
    log(state, 'info', 'no rebuy, all chunks are in use', { traderId: cycleId, running, chunks });
  } else {
    log(state, 'info', 'rebuy granted', { traderId: cycleId, running: running + 1, chunks });
    await startRebuy(state, cycleId, self);
  }
  for (const [trader, known] of state.traders) {
    if (known.cycleId === cycleId) self.cast(trader, 'rebuyAnswered', null);
  }
}

async function onTraderDown(
  state: LeaderState,
  pid: Pid,
  reason: ExitReason,
  self: LeaderSelf,
): Promise<void> {
  const trader = state.traders.get(pid);
  if (trader === undefined) return;
  state.traders.delete(pid);
  // Otherwise the whole symbol is being stopped; its cycles stay in the store.
  if (reason !== 'normal' && !isAbnormal(reason)) return;
  await succeed(state, trader, reason, self);
  tellWhenShutDown(state);
}

/** Its cycle goes on with another incarnation, or is replaced when it is closed: it may have crashed with its end untold. */
async function succeed(
  state: LeaderState,
  trader: RunningTrader,
  reason: ExitReason,
  self: LeaderSelf,
): Promise<void> {
  const { clock, cycles } = state.deps;
  if (isAbnormal(reason)) judgeCrash(state, trader, reason);
  const cycle = await cycles.takeUp(ledBy(state).leadership, trader.cycleId);
  if (cycle.position.phase === 'closed') return replace(state, cycle, self);
  const lastCrash = { reason: describeExit(reason), wallMs: clock.wallMs() };
  await startTrader(state, cycle, { ...restartedFor(trader.lineage, lastCrash), lastCrash }, self);
}

function judgeCrash(state: LeaderState, { cycleId }: RunningTrader, reason: ExitReason): void {
  const intensity = state.intensity ?? DEFAULT_INTENSITY;
  const nowMs = state.deps.clock.monotonicMs();
  const { recentMs, exceeded } = judgeRestart(state.recentCrashesMs, nowMs, intensity);
  state.recentCrashesMs = recentMs;
  if (exceeded) throw new RestartIntensityExceeded(`trader ${cycleId} of ${state.symbol}`, intensity, reason);
  log(state, 'warn', 'trader crashed, starting it again', {
    traderId: cycleId,
    reason: describeExit(reason),
  });
}

/** Parked traders do, or make room for others. */
function tryAgain({ traders, terms }: LeaderState, self: LeaderSelf): void {
  terms.changed = false;
  for (const trader of traders.keys()) self.cast(trader, 'settingsChanged', null);
}

function tellOfTerms(state: LeaderState, self: LeaderSelf): void {
  const { traders, terms } = state;
  tryAgain(state, self);
  if (terms.shuttingDown) for (const trader of traders.keys()) self.cast(trader, 'shutDown', null);
}

function onMarketNews(
  state: LeaderState,
  info: SymbolInfo,
  funds: MarketNews['funds'],
  self: LeaderSelf,
): void {
  const { led, traders } = state;
  if (led === null) return;
  const isChanged = JSON.stringify(info) !== JSON.stringify(led.info);
  if (isChanged) {
    const { status } = info;
    log(state, status === 'TRADING' ? 'info' : 'warn', 'the rules of the symbol have changed', { status });
    state.led = { ...led, info };
  }
  if (!isChanged && funds === null) return;
  for (const trader of traders.keys())
    self.cast(trader, 'marketNews', { info: isChanged ? info : null, funds });
}

function onFeeTold(state: LeaderState, fee: Decimal): void {
  const { led } = state;
  if (led === null || led.fee?.eq(fee)) return;
  log(state, 'info', 'the commission of new cycles has changed', { fee: fee.toFixed() });
  state.led = { ...led, fee };
}

function tellWhenShutDown({ traders, terms }: LeaderState): void {
  if (terms.shuttingDown && traders.size === 0) terms.onShutDown();
}

export const Leader: GenServer<LeaderProtocol> = {
  kind: 'Leader',
  init: (arg) => ({
    state: { ...arg, led: null, traders: new Map(), recentCrashesMs: [], closedCycles: 0 },
    continue: 'begin',
  }),
  async continue(state, _note, self) {
    await begin(state, self);
    return { state };
  },
  calls: { traders: (state) => ({ state, reply: [...state.traders.keys()] }) },
  casts: {
    async askRebuy(state, { cycleId }, self) {
      await onRebuyAsked(state, cycleId, self);
      return { state };
    },
    termsChanged(state, _nothing, self) {
      tellOfTerms(state, self);
      tellWhenShutDown(state);
      return { state };
    },
    marketNews(state, { info, funds }, self) {
      onMarketNews(state, info, funds, self);
      return { state };
    },
    feeTold(state, fee) {
      onFeeTold(state, fee);
      return { state };
    },
  },
  async info(state, message, self) {
    if (message instanceof Down) await onTraderDown(state, message.pid, message.reason, self);
    return { state };
  },
  inspect: ({ traders, terms, closedCycles }) => ({
    traders: `${traders.size} of ${terms.settings.chunks}`,
    closedCycles,
    ...(terms.shuttingDown ? { shuttingDown: true } : {}),
  }),
};

function log(state: LeaderState, level: keyof Log, message: string, fields: LogFields): void {
  state.deps.log[level](message, { symbol: state.symbol, ...fields });
}
