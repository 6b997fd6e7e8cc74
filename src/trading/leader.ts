import type { Settings } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import {
  type Address,
  childSpec,
  DEFAULT_INTENSITY,
  Down,
  describeExit,
  type ExitReason,
  type GenServer,
  isAbnormal,
  judgeRestart,
  type Lineage,
  type Pid,
  type Protocol,
  type RestartIntensity,
  RestartIntensityExceeded,
  type Self,
  type SupervisorProtocol,
  startChild,
} from '../otp/index.js';
import type { LogFields } from '../ports/log.js';
import type { Cycle } from './cycle-book.js';
import type { TradingDeps } from './deps.js';
import { Trader, type TraderProtocol } from './trader.js';

/**
 * Leader: decides which traders of one symbol run. It starts the first, replaces those whose cycle has closed, grants
 * rebuys while chunks are free, and starts a crashed trader again with its last state.
 */
export interface LeaderArg {
  readonly deps: TradingDeps;
  readonly symbol: string;
  readonly settings: Settings;
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
  /** Null until `begin` has asked the exchange. */
  info: SymbolInfo | null;
  readonly traders: Map<Pid<TraderProtocol>, RunningTrader>;
  recentCrashesMs: readonly number[];
  closedCycles: number;
}

export interface LeaderProtocol extends Protocol {
  readonly arg: LeaderArg;
  readonly state: LeaderState;
  readonly calls: { traders(nothing: null): readonly Pid<TraderProtocol>[] };
  readonly casts: { readonly askRebuy: { readonly cycleId: number }; readonly conditionsChanged: null };
  readonly info: never;
  readonly continue: 'begin';
}

type LeaderSelf = Self<LeaderProtocol>;

const FIRST: Lineage = { restarts: 0, lastCrash: null };

/** Takes up the cycles that the book knows, or starts the first: after a start, a crash of the Leader or of the symbol alike. */
async function begin(state: LeaderState, self: LeaderSelf): Promise<void> {
  const { deps, symbol } = state;
  const info = await deps.exchange.symbolInfo(symbol);
  if (info === undefined) throw new Error(`the exchange does not list ${symbol}`);
  state.info = info;
  const cycles = deps.cycles.of(symbol);
  for (const cycle of cycles) {
    // Closed, and the Leader crashed before it heard of it: replaced like any other.
    if (cycle.position.phase === 'closed') await replace(state, cycle.id, self);
    else await startTrader(state, cycle, FIRST, self);
  }
  if (cycles.length === 0) await startFresh(state, self);
}

const startFresh = (state: LeaderState, self: LeaderSelf): Promise<void> =>
  startTrader(state, state.deps.cycles.open(state.symbol, state.settings), FIRST, self);

async function replace(state: LeaderState, closedCycleId: number, self: LeaderSelf): Promise<void> {
  state.deps.cycles.end(closedCycleId);
  state.closedCycles++;
  await startFresh(state, self);
}

async function startTrader(
  state: LeaderState,
  cycle: Cycle,
  lineage: Lineage,
  self: LeaderSelf,
): Promise<void> {
  const { deps, info, leader, traderSupervisor } = state;
  if (info === null) throw new Error('no trader can start before the rules of the symbol are known');
  const spec = childSpec<TraderProtocol>({
    id: `Trader ${cycle.id}`,
    server: Trader,
    arg: { deps, cycle, info, leader },
    restart: 'temporary',
  });
  const trader = await startChild(self, traderSupervisor, spec, lineage);
  self.monitor(trader);
  state.traders.set(trader, { cycleId: cycle.id, lineage });
}

async function onRebuyAsked(state: LeaderState, cycleId: number, self: LeaderSelf): Promise<void> {
  const { chunks } = state.settings;
  if (state.traders.size >= chunks)
    return log(state, 'info', 'no rebuy, all chunks are in use', { traderId: cycleId, chunks });
  log(state, 'info', 'rebuy granted', { traderId: cycleId, running: state.traders.size + 1, chunks });
  await startFresh(state, self);
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
  if (reason === 'normal') return replace(state, trader.cycleId, self);
  // The whole symbol is being stopped; its cycles stay in the book.
  if (!isAbnormal(reason)) return;
  await restartTrader(state, trader, reason, self);
}

async function restartTrader(
  state: LeaderState,
  trader: RunningTrader,
  reason: ExitReason,
  self: LeaderSelf,
): Promise<void> {
  const { clock, cycles } = state.deps;
  const intensity = state.intensity ?? DEFAULT_INTENSITY;
  const { recentMs, exceeded } = judgeRestart(state.recentCrashesMs, clock.monotonicMs(), intensity);
  state.recentCrashesMs = recentMs;
  if (exceeded)
    throw new RestartIntensityExceeded(`trader ${trader.cycleId} of ${state.symbol}`, intensity, reason);

  const cycle = cycles.get(trader.cycleId);
  log(state, 'warn', 'trader crashed, starting it again', {
    traderId: cycle.id,
    reason: describeExit(reason),
  });
  // It may have crashed with its cycle closed and its end not yet told.
  if (cycle.position.phase === 'closed') return replace(state, cycle.id, self);
  const lastCrash = { reason: describeExit(reason), wallMs: clock.wallMs() };
  await startTrader(state, cycle, { restarts: trader.lineage.restarts + 1, lastCrash }, self);
}

export const Leader: GenServer<LeaderProtocol> = {
  kind: 'Leader',
  init: (arg) => ({
    state: { ...arg, info: null, traders: new Map(), recentCrashesMs: [], closedCycles: 0 },
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
    conditionsChanged(state, _nothing, self) {
      for (const trader of state.traders.keys()) self.cast(trader, 'conditionsChanged', null);
      return { state };
    },
  },
  async info(state, message, self) {
    if (message instanceof Down) await onTraderDown(state, message.pid, message.reason, self);
    return { state };
  },
  inspect: ({ traders, settings, closedCycles }) => ({
    traders: `${traders.size} of ${settings.chunks}`,
    closedCycles,
  }),
};

function log(state: LeaderState, level: 'info' | 'warn', message: string, fields: LogFields): void {
  state.deps.log[level](message, { symbol: state.symbol, ...fields });
}
