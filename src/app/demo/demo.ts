import { type ActorSnapshot, inspectTree } from '../../otp/index.js';
import { messageOf } from '../../platform/error-facts.js';
import { MachineError } from '../../platform/machine-error.js';
import type { Clock } from '../../ports/clock.js';
import { wait } from '../../warehouse/retry.js';
import { restOf } from '../binance-part.js';
import type { Attendant, RunningDaemon } from '../daemon.js';
import type { Ending } from '../ending.js';
import type { Watch } from '../live.js';
import type { CrashSite } from './crash-for-show.js';
import { CrashShow } from './crash-show.js';
import { DATABASE, describeSymbol, SYMBOLS, TAPE_SYMBOL } from './demo-terms.js';
import { demoWatcherSpec } from './demo-watcher.js';
import { type Balances, balancesOf } from './exchange-account.js';
import { type Followed, followAll } from './followed.js';
import { counted, lineOf, seconds } from './lines.js';
import { settled } from './settling.js';
import type { SimulatorProcess } from './simulator-process.js';
import { storedCounts } from './stored-counts.js';
import { AGREES, aboutProfit, type NextSteps, nextSteps, summaryTable } from './summary.js';
import type { Tiding } from './trading-ledger.js';
import { notReady, reconnects, storedTrades } from './tree-facts.js';
import type { DemoView } from './view/demo-view.js';
import type { Show } from './view/show.js';
import type { Tone } from './view/styled-line.js';

export interface DemoOptions {
  readonly simulator: SimulatorProcess;
  readonly clock: Clock;
  readonly ending: Ending;
  readonly show: Show;
  readonly next: NextSteps;
}

const READY_MS = 30_000;
const LOOK_MS = 100;

export const ENDED_EARLY = 'Ended before the market opened.';

/** A Hedgehog that trades against the simulator, and shows what it does. */
export class Demo implements Attendant {
  private readonly followed: ReadonlyMap<string, Followed> = followAll();
  private readonly crash = new CrashShow((followed, text) => this.event(followed, text, 'alarm'));
  private tree: readonly ActorSnapshot[] = [];
  /** What the account had before the first order. */
  private before: Balances | null = null;
  /** Where the exchange's account differs from our books. */
  private differs: readonly string[] = [];
  private beganMs: number;
  private isClosing = false;
  /** Null while the market has not opened. */
  private following: Promise<void> | null = null;

  constructor(private readonly options: DemoOptions) {
    this.beganMs = options.clock.monotonicMs();
  }

  readonly watch: Watch = {
    onCycleEnd: ({ symbol, position }) => {
      const followed = this.followed.get(symbol);
      if (followed !== undefined) this.tell(followed, followed.ledger.close(position));
    },
    specs: ({ pubsub }) =>
      [...this.followed.values()].map((followed) =>
        demoWatcherSpec({ pubsub, followed, tell: (tidings) => this.tell(followed, tidings) }),
      ),
  };

  async running(daemon: RunningDaemon): Promise<void> {
    const { simulator, ending, clock, show } = this.options;
    await this.untilReady(daemon);
    if (ending.isAsked) return;
    this.before = await balancesOf(restOf(daemon.engine.system));
    show.say(`simulator  ${simulator.url} (process ${simulator.pid}), a Binance on this machine`);
    show.say(`database   ${DATABASE}, made anew on Hedgehog's own server`);
    for (const symbol of SYMBOLS) show.say(describeSymbol(symbol));
    show.say('Connected by REST, market streams and user data. The market opens; Ctrl-C ends it.\n');
    this.beganMs = clock.monotonicMs();
    show.open(() => this.view(daemon));
    await simulator.runMarket();
    this.following = this.follow(daemon);
    this.following.catch((error: unknown) => ending.fail(messageOf(error)));
  }

  async ending(daemon: RunningDaemon): Promise<void> {
    const { simulator, clock, show } = this.options;
    if (this.following === null) return;
    this.isClosing = true;
    show.remark('\nThe market closes. What is under way is waited for; orders stay where they are.');
    await simulator.pauseMarket();
    await this.following;
    this.differs = await settled({
      ...{ system: daemon.engine.system, simulator, clock },
      ...{ followed: this.followed, before: this.before },
    });
    // A busy machine may have heard of the first sales only now.
    if (!this.crash.hasBegun) await this.crash.begin(this.site(daemon), this.followed);
    this.tree = inspectTree(daemon.engine.system);
    show.close();
  }

  async stopped({ database }: RunningDaemon): Promise<void> {
    const { clock, show, next } = this.options;
    if (this.following === null) return show.say(ENDED_EARLY);
    const elapsedMs = clock.monotonicMs() - this.beganMs;
    const figures = await Promise.all(
      [...this.followed.values()].map(async ({ terms, ledger, seen }) => ({
        ...terms,
        ...{ tradesStreamed: seen.count, lastPrice: seen.lastPrice, totals: ledger.totals() },
        stored: await storedCounts(database.kysely, terms.symbol),
      })),
    );
    show.say('\nThe actors before they stopped:');
    show.sayTree(this.tree);
    show.say(`\n${summaryTable(figures)}`);
    show.say(`${seconds(elapsedMs)}, ${counted(reconnects(this.tree), 'reconnect')}.`);
    show.say(`${this.crash.summary(this.tree)}\n${aboutProfit(figures)}`);
    if (this.differs.length > 0)
      throw new MachineError(
        `what the exchange tells differs from what Hedgehog knows:\n  ${this.differs.join('\n  ')}`,
      );
    show.say(AGREES);
    show.say(`\n${nextSteps(next)}`);
  }

  /** Also when its end is asked for meanwhile: what is half started complains when it is stopped. */
  private async untilReady({ engine }: RunningDaemon): Promise<void> {
    const { clock } = this.options;
    const untilMs = clock.monotonicMs() + READY_MS;
    for (;;) {
      const missing = notReady(inspectTree(engine.system));
      if (missing.length === 0) return;
      if (clock.monotonicMs() > untilMs)
        throw new MachineError(
          `it is not connected after ${READY_MS / 1_000} seconds: ${missing.join(', ')}`,
        );
      await wait(clock, LOOK_MS);
    }
  }

  /** Has an actor crash in the middle, and ends the demo with the tape. Until both are over. */
  private async follow(daemon: RunningDaemon): Promise<void> {
    const { simulator, clock, ending } = this.options;
    const site = this.site(daemon);
    let crash: Promise<void> | null = null;
    while (!ending.isAsked) {
      await wait(clock, LOOK_MS);
      if (crash === null) {
        crash = this.crash.begin(site, this.followed);
        crash?.catch((error: unknown) => ending.fail(messageOf(error)));
      }
      if (await simulator.hasEnded(TAPE_SYMBOL).catch(() => false)) ending.ask();
    }
    await crash;
  }

  private site({ engine: { system } }: RunningDaemon): CrashSite {
    return { system, rest: restOf(system), clock: this.options.clock };
  }

  private view({ engine: { system } }: RunningDaemon): DemoView {
    const tree = inspectTree(system);
    const stored = storedTrades(tree);
    return {
      elapsedMs: this.elapsedMs,
      isClosing: this.isClosing,
      tree,
      symbols: [...this.followed.values()].map(({ terms: { symbol, quoteAsset }, ledger, seen }) => ({
        ...{ symbol, quoteAsset, seen: seen.count, stored: stored.get(symbol) ?? 0 },
        ...{ firstPrice: seen.firstPrice, lastPrice: seen.lastPrice, totals: ledger.totals() },
      })),
    };
  }

  private tell(followed: Followed, tidings: readonly Tiding[]): void {
    for (const tiding of tidings) {
      // The end of its cycle tells of it, and what it earned.
      if (tiding.kind === 'filled' && tiding.order.side === 'SELL') continue;
      this.event(followed, lineOf(tiding, followed.terms), toneOf(tiding));
    }
  }

  private event({ terms: { symbol } }: Followed, text: string, tone: Tone): void {
    this.options.show.tell({ atMs: this.elapsedMs, symbol, text, tone });
  }

  private get elapsedMs(): number {
    return this.options.clock.monotonicMs() - this.beganMs;
  }
}

const toneOf = (tiding: Tiding): Tone => {
  if (tiding.kind === 'placed') return 'quiet';
  if (tiding.kind !== 'cycle-closed') return 'plain';
  return tiding.profit.lt('0') ? 'bad' : 'good';
};
