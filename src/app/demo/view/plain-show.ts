import { type ActorSnapshot, formatTree } from '../../../otp/index.js';
import type { Clock } from '../../../ports/clock.js';
import type { Log } from '../../../ports/log.js';
import { atLastPrice } from '../at-last-price.js';
import { counted, distance, number, seconds, signed } from '../lines.js';
import { positionsIn } from '../trading-ledger.js';
import type { DemoEvent, DemoView, SymbolView } from './demo-view.js';
import type { Show } from './show.js';

export interface PlainShowOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly write: (text: string) => void;
}

const STATUS_MS = 3_000;

/** The demo in lines: each event, and now and then how the symbols stand. */
export class PlainShow implements Show {
  private cancel = (): void => {};
  private look: (() => DemoView) | null = null;

  constructor(private readonly options: PlainShowOptions) {}

  get log(): Log {
    return this.options.log;
  }

  say(text: string): void {
    this.options.write(`${text}\n`);
  }

  remark(text: string): void {
    this.say(text);
  }

  sayTree(tree: readonly ActorSnapshot[]): void {
    this.say(formatTree(tree));
  }

  open(look: () => DemoView): void {
    this.look = look;
    this.cancel = this.options.clock.after(STATUS_MS, () => {
      this.status(look());
      this.open(look);
    });
  }

  tell({ atMs, symbol, text }: DemoEvent): void {
    this.say(line(atMs, symbol, text));
  }

  close(): void {
    this.cancel();
    if (this.look !== null) this.status(this.look());
    this.look = null;
  }

  private status({ elapsedMs, symbols }: DemoView): void {
    for (const view of symbols) this.say(line(elapsedMs, view.symbol, `---- ${statusOf(view)}`));
  }
}

const line = (atMs: number, symbol: string, text: string): string =>
  `${seconds(atMs).padStart(6)}  ${symbol.padEnd(8)}  ${text}`;

function statusOf(view: SymbolView): string {
  const { firstPrice, lastPrice, seen, stored, totals, quoteAsset } = view;
  const price =
    lastPrice === null || firstPrice === null
      ? 'no trade yet'
      : `${lastPrice.toFixed()} (${distance(lastPrice, firstPrice)})`;
  const positions = positionsIn(totals).length;
  return (
    `${price}; ${number(seen)} seen, ${number(stored)} stored; ${counted(totals.resting.length, 'order')} resting, ` +
    `${number(positions)} held; ${counted(totals.cycles, 'cycle')}, ${signed(totals.realisedProfit)} ${quoteAsset}, ` +
    `marked ${signed(atLastPrice(view))}`
  );
}
