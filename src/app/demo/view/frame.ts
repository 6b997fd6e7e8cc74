import { seconds } from '../lines.js';
import type { DemoEvent, DemoView } from './demo-view.js';
import { cut, painted, piece, type StyledLine } from './styled-line.js';
import { restingLine, symbolTable } from './symbol-table.js';
import { treeLines } from './tree-lines.js';

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
}

/** Newest last. */
export interface Shown extends DemoView {
  readonly events: readonly DemoEvent[];
}

/** Most of the last events that are shown, however high the terminal is. */
export const MOST_EVENTS = 8;
/** Rows left for events and actors from which on the resting orders are told as well. */
const ROWS_FOR_ORDERS = 8;

/**
 * How the demo stands, as text that fills a terminal of this size at most: no line is as wide as it, and one row is left for the
 * cursor.
 */
export function frame(view: Shown, { columns, rows, colours }: FrameSize): string {
  const width = Math.max(0, columns - 1);
  const most = Math.max(0, rows - 1);
  return layout(view, width, most)
    .slice(0, most)
    .map((line) => painted(cut(line, width), colours))
    .join('\n');
}

function layout(view: Shown, width: number, most: number): readonly StyledLine[] {
  const { symbols, events, tree } = view;
  const [head = [], ...rest] = symbolTable(symbols, width);
  const sums = rest.at(-1) ?? [];
  const fixed = [title(view), head, ...rest];
  const showsOrders = most - fixed.length - symbols.length >= ROWS_FOR_ORDERS;
  const table = symbols.flatMap((symbol, index) => [
    rest[index] ?? [],
    ...(showsOrders ? [restingLine(symbol, width)] : []),
  ]);
  // Two for the empty lines above events and actors.
  const free = most - 2 - table.length - 3;
  if (free < 2) return [title(view), head, ...table, sums];
  const shown = Math.min(MOST_EVENTS, Math.ceil(free / 2));
  const lines = events.slice(-shown).map(eventLine);
  const missing = Array.from({ length: shown - lines.length }, (): StyledLine => []);
  const actors = treeLines(tree, free - shown);
  return [title(view), head, ...table, sums, [], ...lines, ...missing, [], ...actors];
}

const title = ({ elapsedMs, isClosing }: Shown): StyledLine => [
  piece('Hedgehog demo', 'title'),
  piece(`  ${seconds(elapsedMs)}  `),
  isClosing
    ? piece('The market has closed; what is under way is waited for.', 'alarm')
    : piece('A simulated exchange, play money. Ctrl-C ends it.', 'quiet'),
];

const eventLine = ({ atMs, symbol, text, tone }: DemoEvent): StyledLine => [
  piece(`${seconds(atMs).padStart(6)}  `, 'quiet'),
  piece(`${symbol.padEnd(8)}  `),
  piece(text, tone),
];
