import { type BacktestResult, runBacktest } from '../../src/app/backtest.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import type { ActorSystem, Pid } from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { readSettings } from '../../src/platform/settings-file.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Cycle, CycleStore } from '../../src/ports/cycle-store.js';
import type { Exchange } from '../../src/ports/exchange.js';
import { type Position, rebuyStatus, workingLeg } from '../../src/strategy/position.js';
import { eventsOf, type GoldenList, inBatches } from './golden.js';

/** Where a crash can fall in the life of a cycle. */
export const CRASH_POINTS = [
  'intent not committed',
  'intent committed and not sent',
  'sent and not answered',
  'answered and not committed',
  'answered and committed',
  'filled and not committed',
  'rebuy not committed',
  'rebuy committed and not asked',
  'closed and not committed',
  'closed and committed',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

export const VICTIMS = ['trader', 'Leader', 'traders’ supervisor', 'symbol'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Kills a victim once at one point of every cycle and leg, and counts how often. */
export class Crasher {
  system: ActorSystem | undefined;
  crashes = 0;
  private readonly done = new Set<string>();

  /** @param point null for never */
  constructor(
    readonly point: CrashPoint | null,
    readonly victim: Victim,
  ) {}

  /** True when the victim was killed now. */
  at(point: CrashPoint, cycleId: number, leg: string): boolean {
    const key = `${cycleId} ${leg}`;
    if (point !== this.point || this.done.has(key) || this.system === undefined) return false;
    this.done.add(key);
    this.crashes++;
    const pid = this.find(cycleId);
    if (pid === undefined) throw new Error(`no ${this.victim} to crash for cycle ${cycleId}`);
    this.system.kill(pid, new Error(`crashed when ${point}`));
    return true;
  }

  private find(cycleId: number): Pid | undefined {
    const wanted = {
      trader: `Trader ${cycleId}`,
      Leader: 'Leader ',
      'traders’ supervisor': 'DynamicTraderSupervisor ',
      symbol: 'SymbolSupervisor ',
    }[this.victim];
    const visit = (processes: Iterable<Process>): Process | undefined => {
      for (const process of processes) {
        if (this.victim === 'trader' ? process.name === wanted : process.name.startsWith(wanted))
          return process;
        const below = visit(process.children.values());
        if (below !== undefined) return below;
      }
      return undefined;
    };
    return visit(this.system?.roots.values() ?? []);
  }
}

/** What a save is about: which point lies before it, and which after. */
function aspectsOf(
  before: Position,
  after: Position,
): { before: CrashPoint; after?: CrashPoint; leg: string } {
  const leg = `${after.phase} ${workingLeg(after)?.attempt ?? 0}`;
  if (after.phase === 'closed')
    return { before: 'closed and not committed', after: 'closed and committed', leg };
  if (rebuyStatus(after) === 'asked' && rebuyStatus(before) === 'unspent') {
    return { before: 'rebuy not committed', after: 'rebuy committed and not asked', leg: 'rebuy' };
  }
  const [was, is] = [workingLeg(before), workingLeg(after)];
  if (is !== null && was?.request.clientOrderId !== is.request.clientOrderId) {
    return {
      before: before.phase === 'buying' ? 'filled and not committed' : 'intent not committed',
      after: 'intent committed and not sent',
      leg,
    };
  }
  return { before: 'answered and not committed', after: 'answered and committed', leg };
}

/** A store around which the crasher strikes. Answers with promises, as a database does. */
export function crashingStore(inner: CycleStore, crasher: Crasher): CycleStore {
  const positions = new Map<number, Position>();
  const known = <C extends Cycle | null>(cycle: C): C => {
    if (cycle !== null) positions.set(cycle.id, cycle.position);
    return cycle;
  };
  return {
    orderIdPrefix: inner.orderIdPrefix,
    async lead(symbol) {
      const { leadership, cycles } = await inner.lead(symbol);
      return { leadership, cycles: cycles.map(known) };
    },
    takeUp: async (leadership, id) => known(await inner.takeUp(leadership, id)),
    openFirst: async (leadership, settings) => known(await inner.openFirst(leadership, settings)),
    openRebuy: async (leadership, settings, of) => known(await inner.openRebuy(leadership, settings, of)),
    async save(cycle, position) {
      const { before, after, leg } = aspectsOf(positions.get(cycle.id) as Position, position);
      if (crasher.at(before, cycle.id, leg)) throw new Error('the crash came before the commit');
      await inner.save(cycle, position);
      positions.set(cycle.id, position);
      if (after !== undefined) crasher.at(after, cycle.id, leg);
    },
    end: async (leadership, cycle) => inner.end(leadership, cycle),
    replace: async (leadership, cycle, settings) => known(await inner.replace(leadership, cycle, settings)),
  };
}

/** An exchange around which the crasher strikes: when a request has left and nobody is there for its answer. */
export const crashingExchange =
  (crasher: Crasher) =>
  (exchange: Exchange, system: ActorSystem): Exchange => {
    crasher.system = system;
    return {
      ...exchange,
      placeOrder(request) {
        const answer = exchange.placeOrder(request);
        const [, cycleId = '', leg = ''] = /-(\d+)-([BS]\d+)$/.exec(request.clientOrderId) ?? [];
        crasher.at('sent and not answered', Number(cycleId), leg);
        return answer;
      },
    };
  };

const OFTEN = { maxRestarts: 1e9, periodMs: 1 };

/** Replays a golden tape while the crasher strikes. */
export async function replayWithCrashes(
  list: GoldenList,
  symbols: ReadonlyMap<string, SymbolInfo>,
  store: CycleStore,
  crasher: Crasher,
): Promise<BacktestResult> {
  return runBacktest({
    tape: inBatches(await eventsOf(list)),
    symbol: list.symbol,
    settings: await readSettings(list.settingsFile),
    symbols,
    clock: systemClock,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    cycles: crashingStore(store, crasher),
    faults: {
      wrapExchange: crashingExchange(crasher),
      intensity: { traders: OFTEN, tree: OFTEN, symbols: OFTEN },
    },
  });
}
