import { relative } from 'node:path';
import { settingsToJson } from '../../domain/settings.js';
import { type ActorSnapshot, formatTree, inspectTree } from '../../otp/index.js';
import { MachineError } from '../../platform/machine-error.js';
import type { Clock } from '../../ports/clock.js';
import { wait } from '../../warehouse/retry.js';
import { restOf } from '../binance-part.js';
import type { Attendant, RunningDaemon } from '../daemon.js';
import type { Ending } from '../ending.js';
import type { Watch } from '../live.js';
import { DEMO_TAPE } from '../project-files.js';
import { type ExchangeCounts, exchangeCounts, storedCounts, storedTrades } from './counts.js';
import { DATABASE, QUOTE_ASSET, SETTINGS, SYMBOL } from './demo-terms.js';
import { demoWatcherSpec, SeenTrades } from './demo-watcher.js';
import { counted, lineOf, signedMoney } from './lines.js';
import type { SimulatorProcess } from './simulator-process.js';
import { nextSteps, summaryTable } from './summary.js';
import { type Tiding, TradingLedger } from './trading-ledger.js';
import { notReady, reconnects, restarts } from './tree-facts.js';

export interface DemoOptions {
  readonly simulator: SimulatorProcess;
  readonly clock: Clock;
  readonly ending: Ending;
  /** A line on standard output. */
  readonly say: (line: string) => void;
}

const READY_MS = 30_000;
const LOOK_MS = 100;
const STATUS_MS = 3_000;
/** How long what is under way at the end may take to arrive and be stored. */
const SETTLE_MS = 10_000;

export const ENDED_EARLY = 'Ended before the market opened.';

/** A Hedgehog that trades against the simulator, and tells what it does. */
export class Demo implements Attendant {
  private readonly ledger = new TradingLedger(QUOTE_ASSET);
  private readonly seen = new SeenTrades();
  private tree: readonly ActorSnapshot[] = [];
  private byExchange: ExchangeCounts | null = null;
  private beganMs: number;
  /** Null while the market has not opened. */
  private following: Promise<void> | null = null;

  constructor(private readonly options: DemoOptions) {
    this.beganMs = options.clock.monotonicMs();
  }

  readonly watch: Watch = {
    onCycleEnd: ({ position }) => this.tell(this.ledger.close(position)),
    specs: ({ pubsub }) => [
      demoWatcherSpec({
        symbol: SYMBOL,
        ...{ pubsub, ledger: this.ledger, seen: this.seen },
        tell: (tidings) => this.tell(tidings),
      }),
    ],
  };

  async running(daemon: RunningDaemon): Promise<void> {
    const { simulator, ending, clock, say } = this.options;
    await this.untilReady(daemon);
    if (ending.isAsked) return;
    const { chunks, budget, ...intervals } = settingsToJson(SETTINGS);
    say(`simulator  ${simulator.url} (process ${simulator.pid}), a Binance on this machine`);
    say(`database   ${DATABASE}, made anew on Hedgehog's own server`);
    say(`symbol     ${SYMBOL}, ${budget} ${QUOTE_ASSET} in at most ${chunks} positions`);
    say(
      `settings   ${Object.entries(intervals)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`,
    );
    say('Connected by REST, market streams and user data. The market opens; Ctrl-C ends it.\n');
    this.beganMs = clock.monotonicMs();
    await simulator.runMarket();
    this.following = this.follow(daemon).catch((error: unknown) => ending.fail(String(error)));
  }

  async ending(daemon: RunningDaemon): Promise<void> {
    const { simulator, say } = this.options;
    if (this.following === null) return;
    await this.following;
    say('');
    say('The market closes. What is under way is waited for; orders stay where they are.');
    await simulator.pauseMarket();
    await this.settled(daemon);
    await this.status(daemon);
    this.byExchange = await exchangeCounts(restOf(daemon.engine.system), SYMBOL);
    this.tree = inspectTree(daemon.engine.system);
  }

  async stopped({ database }: RunningDaemon): Promise<void> {
    const { clock, say } = this.options;
    if (this.following === null) return say(ENDED_EARLY);
    const figures = {
      tradesStreamed: this.seen.count,
      totals: this.ledger.totals(),
      stored: await storedCounts(database.kysely),
      exchange: this.byExchange,
      reconnects: reconnects(this.tree),
      restarts: restarts(this.tree),
      elapsedMs: clock.monotonicMs() - this.beganMs,
    };
    say(`\n${summaryTable(figures)}`);
    say(`\nThe actors before they stopped:\n${formatTree(this.tree)}`);
    say(`\n${nextSteps(relative(process.cwd(), DEMO_TAPE))}`);
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

  /** Tells how it stands now and then, and ends it with the tape. */
  private async follow(daemon: RunningDaemon): Promise<void> {
    const { simulator, clock, ending } = this.options;
    let toldMs = clock.monotonicMs();
    while (!ending.isAsked) {
      await wait(clock, LOOK_MS);
      const nowMs = clock.monotonicMs();
      if (nowMs - toldMs >= STATUS_MS && !ending.isAsked) {
        toldMs = nowMs;
        await this.status(daemon);
      }
      if (await simulator.hasEnded().catch(() => false)) ending.ask();
    }
  }

  /** Waits until all that the exchange has told is heard and stored. */
  private async settled({ database }: RunningDaemon): Promise<void> {
    const { simulator, clock } = this.options;
    const untilMs = clock.monotonicMs() + SETTLE_MS;
    const last = await simulator.lastTradeId(SYMBOL);
    let before = '';
    for (;;) {
      const now = JSON.stringify([this.seen.count, this.ledger.totals()]);
      const isAllHeard = this.seen.lastId >= last && now === before;
      if (isAllHeard && (await storedTrades(database.kysely)) >= this.seen.count) return;
      if (clock.monotonicMs() > untilMs) return;
      before = now;
      await wait(clock, 3 * LOOK_MS);
    }
  }

  private async status({ database }: RunningDaemon): Promise<void> {
    const { openOrders, positions, cycles, realisedProfit } = this.ledger.totals();
    const stored = await storedTrades(database.kysely);
    const { count, lastPrice } = this.seen;
    this.line(
      `---- ${SYMBOL} ${lastPrice?.toFixed() ?? '-'}; ${counted(count, 'trade')} seen, ${stored.toLocaleString('en-US')} stored; ` +
        `${counted(openOrders, 'order')} resting, ${counted(positions.length, 'position')}; ${counted(cycles, 'cycle')} closed, ${signedMoney(realisedProfit)}`,
    );
  }

  private tell(tidings: readonly Tiding[]): void {
    for (const tiding of tidings) this.line(lineOf(tiding));
  }

  private line(text: string): void {
    const { clock, say } = this.options;
    const seconds = ((clock.monotonicMs() - this.beganMs) / 1_000).toFixed(1);
    say(`${seconds.padStart(5)}s  ${text}`);
  }
}
