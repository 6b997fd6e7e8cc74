import { ZERO } from '../../../domain/decimal.js';
import type { Order } from '../../../domain/order.js';
import { atLastPrice } from '../at-last-price.js';
import { distance, number, signed } from '../lines.js';
import { positionsIn } from '../trading-ledger.js';
import type { SymbolView } from './demo-view.js';
import { piece, type StyledLine, type Tone, widthOf } from './styled-line.js';

interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

interface Column {
  readonly title: string;
  /** So that the table does not move with every digit more. */
  readonly least: number;
  /** Columns go when they do not fit, the highest first; those without stay. */
  readonly goes?: number;
  readonly cell: (view: SymbolView) => Cell;
  /** Of all symbols; where there is none the cell is empty. */
  readonly total?: (views: readonly SymbolView[]) => Cell;
}

const sumOf = (views: readonly SymbolView[], count: (view: SymbolView) => number): Cell => ({
  text: number(views.reduce((sum, view) => sum + count(view), 0)),
});

const counts = (title: string, least: number, goes: number, count: (view: SymbolView) => number): Column => ({
  ...{ title, least, goes },
  cell: (view) => ({ text: number(count(view)) }),
  total: (views) => sumOf(views, count),
});

const profit = (view: SymbolView) => view.totals.realisedProfit;

const COLUMNS: readonly Column[] = [
  { title: 'SYMBOL', least: 8, cell: ({ symbol }) => ({ text: symbol }), total: () => ({ text: 'TOTAL' }) },
  { title: 'PRICE', least: 7, cell: ({ lastPrice }) => ({ text: lastPrice?.toFixed() ?? '-' }) },
  { title: 'CHANGE', least: 7, goes: 2, cell: change },
  counts('SEEN', 6, 3, ({ seen }) => seen),
  counts('STORED', 6, 5, ({ stored }) => stored),
  counts('ORDERS', 6, 7, ({ totals }) => totals.resting.length),
  counts('HELD', 4, 6, ({ totals }) => positionsIn(totals).length),
  counts('CYCLES', 6, 1, ({ totals }) => totals.cycles),
  {
    title: 'REALISED',
    least: 11,
    cell: (view) => money(profit(view)),
    total: (views) => money(views.reduce((sum, view) => sum.plus(profit(view)), ZERO)),
  },
  {
    title: 'MARKED',
    least: 11,
    goes: 4,
    cell: (view) => money(atLastPrice(view)),
    total: (views) => money(views.reduce((sum, view) => sum.plus(atLastPrice(view)), ZERO)),
  },
];

const money = (amount: typeof ZERO): Cell => ({
  text: signed(amount),
  tone: amount.eq(ZERO) ? 'plain' : amount.lt(ZERO) ? 'bad' : 'good',
});

/** Since the market opened. */
function change({ firstPrice, lastPrice }: SymbolView): Cell {
  if (firstPrice === null || lastPrice === null || firstPrice.eq(lastPrice)) return { text: '= 0.00%' };
  const isUp = lastPrice.gt(firstPrice);
  const text = distance(lastPrice, firstPrice).slice(1);
  return { text: `${isUp ? '▲' : '▼'} ${text}`, tone: isUp ? 'good' : 'bad' };
}

/** A head, a row for each symbol, and one of their sums, as many columns as fit into the width. */
export function symbolTable(views: readonly SymbolView[], width: number): readonly StyledLine[] {
  let columns = COLUMNS;
  let gap = 2;
  for (;;) {
    const lines = rows(columns, views, gap);
    if (lines.every((line) => widthOf(line) <= width)) return lines;
    const next = columns.reduce((most, { goes = 0 }) => Math.max(most, goes), 0);
    if (gap === 1 && next === 0) return lines;
    if (gap === 1) columns = columns.filter(({ goes }) => goes !== next);
    gap = 1;
  }
}

function rows(columns: readonly Column[], views: readonly SymbolView[], gap: number): readonly StyledLine[] {
  const table: readonly (readonly Cell[])[] = [
    columns.map(({ title }): Cell => ({ text: title, tone: 'quiet' })),
    ...views.map((view) => columns.map(({ cell }) => cell(view))),
    columns.map(({ total }) => total?.(views) ?? { text: '' }),
  ];
  const widths = columns.map(({ least }, index) =>
    table.reduce((most, row) => Math.max(most, row[index]?.text.length ?? 0), least),
  );
  return table.map((row) =>
    row.flatMap(({ text, tone = 'plain' }, index) => {
      const space = ' '.repeat((widths[index] ?? 0) - text.length);
      return index === 0
        ? [piece(text, tone), piece(space)]
        : [piece(' '.repeat(gap) + space), piece(text, tone)];
    }),
  );
}

/** The orders of a symbol that rest, and how far each is from the last price: as many as fit into the width. */
export function restingLine({ totals, lastPrice }: SymbolView, width: number): StyledLine {
  const offers = totals.resting.map((order) => offer(order, lastPrice));
  for (let shown = offers.length; shown > 0; shown--) {
    const rest = offers.length - shown;
    const text = `  ${offers.slice(0, shown).join(', ')}${rest === 0 ? '' : `, and ${rest} more`}`;
    if (text.length <= width || shown === 1) return [piece(text, 'quiet')];
  }
  return [piece('  no order rests', 'quiet')];
}

const offer = ({ side, price }: Order, lastPrice: SymbolView['lastPrice']): string =>
  `${side.toLowerCase()} ${price.toFixed()}${lastPrice === null ? '' : ` (${distance(price, lastPrice)})`}`;
