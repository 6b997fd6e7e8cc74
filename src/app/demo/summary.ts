import Table from 'cli-table3';
import type { Decimal } from '../../domain/decimal.js';
import { ZERO } from '../../domain/decimal.js';
import { atLastPrice } from './at-last-price.js';
import { QUOTE_ASSET, TAPE_SYMBOL } from './demo-terms.js';
import { number, signed } from './lines.js';
import type { StoredCounts } from './stored-counts.js';
import { type Assets, positionsIn, type Totals } from './trading-ledger.js';

/** What came of a symbol. */
export interface SymbolFigures extends Assets {
  readonly symbol: string;
  readonly tradesStreamed: number;
  readonly lastPrice: Decimal | null;
  readonly totals: Totals;
  readonly stored: StoredCounts;
}

/** A column for each symbol, and one for all. */
export function summaryTable(figures: readonly SymbolFigures[]): string {
  const table = new Table({
    head: ['', ...figures.map(({ symbol }) => symbol), 'total'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...figures.map(() => 'right' as const), 'right'],
  });
  const counts = (name: string, count: (of: SymbolFigures) => number): void => {
    const all = figures.map(count);
    table.push([name, ...[...all, all.reduce((sum, one) => sum + one, 0)].map(number)]);
  };
  const money = (name: string, amount: (of: SymbolFigures) => Decimal): void => {
    const all = figures.map(amount);
    table.push([name, ...[...all, all.reduce((sum, one) => sum.plus(one), ZERO)].map(signed)]);
  };
  counts('trades streamed', ({ tradesStreamed }) => tradesStreamed);
  counts('trades stored', ({ stored }) => stored.trades);
  counts('orders placed', ({ totals }) => totals.orders);
  counts('orders stored', ({ stored }) => stored.orders);
  counts('of them rebuys', ({ stored }) => stored.rebuys);
  counts('fills', ({ totals }) => totals.fills);
  counts('open orders', ({ totals }) => totals.resting.length);
  counts('of them sells', ({ totals }) => positionsIn(totals).length);
  counts('cycles closed', ({ totals }) => totals.cycles);
  money(`${QUOTE_ASSET} realised`, ({ totals }) => totals.realisedProfit);
  money(`${QUOTE_ASSET} marked`, atLastPrice);
  return table.toString();
}

/** Said below the table, for what could be misunderstood. */
export const aboutProfit = (figures: readonly SymbolFigures[]): string =>
  `Commission paid: ${commissions(figures)}.
Realised is the profit of closed cycles, after commission; marked counts what is
held as well, at the last price. Nobody arranged either: a cycle sells above what
it paid or goes on holding, so closed ones gain, and what is held may have lost.`;

function commissions(figures: readonly SymbolFigures[]): string {
  const paid = new Map<string, Decimal>();
  for (const { totals } of figures)
    for (const [asset, amount] of totals.commissions) paid.set(asset, (paid.get(asset) ?? ZERO).plus(amount));
  return [...paid].map(([asset, amount]) => `${amount.toFixed()} ${asset}`).join(', ') || 'none';
}

export const AGREES = "The exchange's own account agrees to the last digit: fills, open orders, balances.";

export interface NextSteps {
  /** As the user would name it. */
  readonly tape: string;
  /** What leads a command to the demo's own database: variables, and a space after each. */
  readonly variables: string;
}

export const nextSteps = ({ tape, variables }: NextSteps): string => `What to try next:
  npm start -- --keep-running          the same again and again, until Ctrl-C; meanwhile, in another terminal:
    ${variables}npx hedgehog inspect --watch
    ${variables}npx hedgehog orders
    ${variables}npx hedgehog kill 'Leader ${TAPE_SYMBOL}'
  ${variables}npx hedgehog db status
                                       what this demo has left in its database
  npx hedgehog backtest --tape ${tape} --symbol ${TAPE_SYMBOL} --inspect
                                       the same tape through the same actors, settled trade by trade
  npx hedgehog simulator --help        a simulated Binance to test against, with faults on demand
  npx hedgehog start --help            Hedgehog on it, on Binance's testnet and demo, and what real money takes`;
