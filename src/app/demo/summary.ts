import Table from 'cli-table3';
import type { ExchangeCounts, StoredCounts } from './counts.js';
import { BASE_ASSET, DATABASE, SYMBOL } from './demo-terms.js';
import { signedMoney } from './lines.js';
import type { OpenPosition, Totals } from './trading-ledger.js';

export interface DemoFigures {
  readonly tradesStreamed: number;
  readonly totals: Totals;
  readonly stored: StoredCounts;
  /** Null when it could not be asked. */
  readonly exchange: ExchangeCounts | null;
  readonly reconnects: number;
  readonly restarts: number;
  readonly elapsedMs: number;
}

export function summaryTable(figures: DemoFigures): string {
  const { totals, stored, exchange } = figures;
  const table = new Table({ style: { head: [], border: [], compact: true }, colAligns: ['left', 'right'] });
  const number = (count: number): string => count.toLocaleString('en-US');
  table.push(
    ['symbol', SYMBOL],
    ['trades streamed', number(figures.tradesStreamed)],
    ['trades stored', number(stored.trades)],
    ['orders placed', number(totals.orders)],
    ['orders stored', number(stored.orders)],
    ['of them rebuys', number(stored.rebuys)],
    ['fills', number(totals.fills)],
    ["fills, by the exchange's account", exchange === null ? 'unknown' : number(exchange.fills)],
    ['open orders', number(totals.openOrders)],
    ["open orders, by the exchange's account", exchange === null ? 'unknown' : number(exchange.openOrders)],
    ['cycles closed', number(totals.cycles)],
    ['commission paid', commissions(totals)],
    ['realised profit after commission', signedMoney(totals.realisedProfit)],
    ['open positions', positions(totals.positions)],
    ['reconnects', number(figures.reconnects)],
    ['actors restarted', number(figures.restarts)],
    ['time', `${(figures.elapsedMs / 1_000).toFixed(1)} s`],
  );
  return table.toString();
}

const commissions = ({ commissions: paid }: Totals): string =>
  [...paid].map(([asset, amount]) => `${amount.toFixed()} ${asset}`).join(', ') || 'none';

function positions(open: readonly OpenPosition[]): string {
  const offers = open.map(
    ({ quantity, sold, price }) =>
      `${quantity.minus(sold).toFixed()} ${BASE_ASSET} for sale at ${price.toFixed()}`,
  );
  return offers.length === 0 ? 'none' : offers.join('\n');
}

export const nextSteps = (tape: string): string => `What to try next:
  npm start -- --keep-running          the same again and again, until Ctrl-C
  HEDGEHOG_DATABASE=${DATABASE} npx hedgehog db status
                                       what this demo has left in its database
  npx hedgehog backtest --tape ${tape} --symbol ${SYMBOL} --inspect
                                       the same tape through the same actors, settled trade by trade
  npx hedgehog simulator --help        a simulated Binance to test against, with faults on demand
  npx hedgehog start --help            Hedgehog on it, on Binance's testnet and demo, and what real money takes`;
