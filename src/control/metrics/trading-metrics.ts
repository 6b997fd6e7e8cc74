import type { Tally } from '../../backtest/tally.js';
import { type Decimal, ZERO } from '../../domain/decimal.js';
import type { ExecutionReport } from '../../domain/execution-report.js';
import { holdingOf } from '../../strategy/holding.js';
import type { Position } from '../../strategy/position.js';
import type { ControlDeps } from '../deps.js';
import type { EarnedSoFar } from '../earned-so-far.js';
import type { Meter, Sample } from './meter.js';

type Deps = Pick<ControlDeps, 'outlook' | 'symbols'>;

/** Our orders as the exchange tells of them, by symbol and side. */
export class OrderCounts {
  readonly accepted = new Map<string, number>();
  readonly fills = new Map<string, number>();
  readonly cancels = new Map<string, number>();

  note({ symbol, side, executionType }: ExecutionReport): void {
    const counts = { NEW: this.accepted, TRADE: this.fills, CANCELED: this.cancels }[executionType as string];
    const key = `${symbol} ${side}`;
    counts?.set(key, (counts.get(key) ?? 0) + 1);
  }
}

export function describeTrading(meter: Meter, deps: Deps, counts: OrderCounts, earned: EarnedSoFar): void {
  const bySide = (of: ReadonlyMap<string, number>) => () =>
    [...of].map(([key, count]): Sample => {
      const [symbol = '', side = ''] = key.split(' ');
      return [{ symbol, side }, count];
    });
  const labels = ['symbol', 'side'];
  meter.total('hedgehog_orders_total', 'orders that the exchange accepted', labels, bySide(counts.accepted));
  meter.total('hedgehog_fills_total', 'fills of our orders', labels, bySide(counts.fills));
  meter.total('hedgehog_cancels_total', 'orders that were cancelled', labels, bySide(counts.cancels));
  meter.gauge(
    'hedgehog_cycles',
    'cycles of symbols that are traded; phase is flat, buying, selling, buy-parked or sell-parked',
    ['symbol', 'phase'],
    () => phases(deps),
  );
  meter.gauge(
    'hedgehog_positions_open',
    'cycles of symbols that are traded that hold something bought and not sold',
    ['symbol'],
    () =>
      [...deps.outlook.positions()].map(
        ([symbol, positions]): Sample => [{ symbol }, positions.filter(holdsSomething).length],
      ),
  );
  describeProfit(meter, deps, earned);
}

function phases({ outlook }: Deps): readonly Sample[] {
  return [...outlook.positions()].flatMap(([symbol, positions]) => {
    const counts = new Map<string, number>();
    for (const { phase } of positions) counts.set(phase, (counts.get(phase) ?? 0) + 1);
    return [...counts].map(([phase, count]): Sample => [{ symbol, phase }, count]);
  });
}

const holdsSomething = (position: Position): boolean => holdingOf(position).quantity.gt(ZERO);

function describeProfit(meter: Meter, { symbols }: Deps, earned: EarnedSoFar): void {
  const labels = ['symbol', 'quote_asset'];
  const perSymbol = (read: (of: Tally) => number) => () =>
    [...earned.closed].map(
      ([symbol, tally]): Sample => [
        { symbol, quote_asset: symbols.get(symbol)?.quoteAsset ?? '' },
        read(tally),
      ],
    );
  meter.total(
    'hedgehog_cycles_closed_total',
    'cycles that were bought and sold, of all time',
    labels,
    perSymbol(({ cycles }) => cycles),
  );
  meter.gauge(
    'hedgehog_profit_realised',
    'what closed cycles earned of all time, less fees, in the quote asset; exact in /v1/profit',
    labels,
    perSymbol(({ netProfit }) => roughly(netProfit)),
  );
  meter.total(
    'hedgehog_fees_total',
    'the set rate on both legs of closed cycles of all time, in the quote asset; exact in /v1/profit',
    labels,
    perSymbol(({ fees }) => roughly(fees)),
  );
}

/** Prometheus keeps floats; the exact figure is told elsewhere. */
const roughly = (amount: Decimal): number => Number(amount.toFixed());
