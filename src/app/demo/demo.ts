import { type ActorSnapshot, formatTree, inspectTree } from '../../otp/index.js';
import { MachineError } from '../../platform/machine-error.js';
import type { Clock } from '../../ports/clock.js';
import { wait } from '../../warehouse/retry.js';
import { restOf } from '../binance-part.js';
import type { Attendant, RunningDaemon } from '../daemon.js';
import type { Ending } from '../ending.js';
import type { Watch } from '../live.js';
import { chooseVictim, crashForShow } from './crash-for-show.js';
import { DATABASE, describeSymbol, SYMBOLS, TAPE_SYMBOL, TAPE_TRADES } from './demo-terms.js';
import { demoWatcherSpec } from './demo-watcher.js';
import { type Balances, balancesOf, exchangeAccount, exchangeFills } from './exchange-account.js';
import { type Followed, followAll } from './followed.js';
import { counted, lineOf, seconds } from './lines.js';
import { differences, fillDifferences, type OwnBooks } from './reconciling.js';
import type { SimulatorProcess } from './simulator-process.js';
import { storedCounts } from './stored-counts.js';
import { ABOUT_PROFIT, type NextSteps, nextSteps, summaryTable } from './summary.js';
import type { Tiding } from './trading-ledger.js';
import { notReady, reconnects, restarts, storedTrades } from './tree-facts.js';
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
/** How long what is under way at the end may take to arrive and be stored. */
const SETTLE_MS = 10_000;

export const ENDED_EARLY = 'Ended before the market opened.';

/** A Hedgehog that trades against the simulator, and shows what it does. */
export class Demo implements Attendant {
  private readonly followed: ReadonlyMap<string, Followed> = followAll();
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
    this.following = this.follow(daemon).catch((error: unknown) =>
      ending.fail(error instanceof MachineError ? error.message : String(error)),
    );
  }

  async ending(daemon: RunningDaemon): Promise<void> {
    const { simulator, show } = this.options;
    if (this.following === null) return;
    await this.following;
    this.isClosing = true;
    show.remark('\nThe market closes. What is under way is waited for; orders stay where they are.');
    await simulator.pauseMarket();
    this.differs = await this.settled(daemon);
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
    show.say(`\nThe actors before they stopped:\n${formatTree(this.tree)}`);
    show.say(`\n${summaryTable(figures)}`);
    const said = [
      seconds(elapsedMs),
      counted(reconnects(this.tree), 'reconnect'),
      `${counted(restarts(this.tree), 'actor')} started again`,
    ];
    show.say(`${said.join(', ')}.\n${ABOUT_PROFIT}`);
    if (this.differs.length > 0)
      throw new MachineError(
        `the exchange's account differs from our books:\n  ${this.differs.join('\n  ')}`,
      );
    show.say(
      "The exchange's own account agrees with these books to the last digit: fills, open orders and every balance.",
    );
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

  /** Has an actor crash in the middle, and ends it with the tape. */
  private async follow(daemon: RunningDaemon): Promise<void> {
    const { simulator, clock, ending } = this.options;
    let isShown = false;
    while (!ending.isAsked) {
      await wait(clock, LOOK_MS);
      if (!isShown) isShown = await this.crash(daemon);
      if (await simulator.hasEnded(TAPE_SYMBOL).catch(() => false)) ending.ask();
    }
  }

  /** False while it is too early for it. */
  private async crash({ engine: { system } }: RunningDaemon): Promise<boolean> {
    const { clock, ending } = this.options;
    if ((this.followed.get(TAPE_SYMBOL)?.seen.count ?? 0) < TAPE_TRADES / 2) return false;
    const victim = chooseVictim(inspectTree(system), this.followed.values());
    if (victim === undefined) return false;
    const { followed, actor, sell } = victim;
    const name = `order ${sell.orderId}`;
    this.event(
      followed,
      `${actor.name} is killed for show, while its ${name} rests on the exchange`,
      'alarm',
    );
    const isOver = () => ending.isAsked;
    const recovery = await crashForShow(victim, { system, rest: restOf(system), clock, isOver });
    if (recovery.kind === 'cut-short') return true;
    const what =
      recovery.kind === 'rests'
        ? `${name} rests as before, once`
        : `${name} was filled meanwhile, and counts once`;
    this.event(followed, `${actor.name} was back in ${recovery.afterMs.toFixed(0)} ms: ${what}`, 'alarm');
    return true;
  }

  /** Waits until the exchange's account agrees with what was heard of it, and all that was heard is stored. */
  private async settled({ engine: { system } }: RunningDaemon): Promise<readonly string[]> {
    const { simulator, clock } = this.options;
    const rest = restOf(system);
    const untilMs = clock.monotonicMs() + SETTLE_MS;
    const symbols = [...this.followed.keys()];
    const last = await Promise.all(symbols.map((symbol) => simulator.lastTradeId(symbol)));
    let wasSettled = false;
    for (;;) {
      const stored = storedTrades(inspectTree(system));
      const isAllHere = [...this.followed.values()].every(
        ({ terms: { symbol }, seen }, index) =>
          seen.lastId >= (last[index] ?? 0) && (stored.get(symbol) ?? 0) >= seen.count,
      );
      const theirs = await exchangeAccount(rest, symbols);
      const differs =
        theirs === null || this.before === null
          ? ["the exchange's account could not be asked"]
          : differences(this.books(), this.before, theirs);
      const isSettled = isAllHere && differs.length === 0;
      // Twice, with a while between: an order may be on its way to the exchange.
      if ((isSettled && wasSettled) || clock.monotonicMs() > untilMs) {
        const fills = new Map<string, number | null>();
        for (const symbol of symbols) fills.set(symbol, await exchangeFills(rest, symbol));
        return [...differs, ...fillDifferences(this.books(), fills)];
      }
      wasSettled = isSettled;
      await wait(clock, 3 * LOOK_MS);
    }
  }

  private books(): readonly OwnBooks[] {
    return [...this.followed.values()].map(({ terms, ledger }) => ({ ...terms, totals: ledger.totals() }));
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
