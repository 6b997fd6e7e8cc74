import { type Command, Option } from 'commander';
import { FILL_MODELS, type FillModel } from '../../exchange/mock/fill-model.js';
import { LOG_LEVELS, type LogLevel } from '../../ports/log.js';

/** The options as given; nothing in them has been looked at yet. */
export interface BacktestOptions {
  readonly tape?: string;
  readonly from?: string;
  readonly to?: string;
  readonly symbol: string;
  readonly settings?: string;
  readonly exchangeInfo?: string;
  readonly fillModel: FillModel;
  readonly ordersOut?: string;
  readonly sort?: true;
  readonly durable?: true;
  readonly json?: true;
  readonly inspect?: true;
  readonly logLevel: LogLevel;
}

const EXAMPLES = `
Tapes are CSV files with the columns event_type, event_time, symbol, trade_id, price, quantity, buyer_order_id,
seller_order_id, trade_time and buyer_market_maker, or Binance's public trade dumps; plain, .gz or .zip.

A period is of trade times, and both ends belong to it: a day as --to lasts to its last millisecond, 23:59:59.999 UTC; an
instant is the one millisecond it names, so --to 2019-06-01T12:00:00Z takes in a trade at 12:00:00.000 and none at 12:00:00.001.
A backtest over a period is stored with its orders; backtests list shows them. Trades are stored by import-trades.

Both fill models fill an order, at its own price, by trades that print strictly through that price. book fills it whole and
takes no commission. tape fills no more than was traded, first the orders of better prices and then the older ones, and
takes a commission of 0.001 from what each fill brings: orders are filled in parts, and what was bought is less.

Settings are a JSON object; a key left out takes its default:
  {"chunks": 5, "budget": "1000", "buy_down_interval": "0.0001", "profit_interval": "-0.0012",
   "rebuy_interval": "0.001", "fee": "0.001"}

Examples:
  hedgehog backtest --tape XRPUSDT-trades-2024-05-01.zip --symbol XRPUSDT
  hedgehog backtest --tape tape.csv.gz --symbol XRPUSDT --settings mine.json --orders-out orders.csv
  hedgehog backtest --tape tape.csv --symbol XRPUSDT --json | jq .netProfit
  hedgehog backtest --symbol XRPUSDT --from 2019-06-01 --to 2019-06-30
  hedgehog backtest --symbol XRPUSDT --from 2019-06-01T12:00:00Z --to 2019-06-01T12:59:59.999Z`;

export function addBacktestCommand(program: Command): void {
  program
    .command('backtest')
    .description(
      'Replay trades, of a tape or of the database, through the trading actors and a mock exchange, and report what came of it',
    )
    .option('--tape <file>', 'trade tape: CSV or a Binance trade dump; plain, .gz or .zip')
    .option('--from <time>', 'instead of a tape, trades in the database: from this UTC day or instant on')
    .option('--to <time>', 'up to this UTC day or instant, which belongs to the period')
    .requiredOption('--symbol <symbol>', 'what is traded, as the exchange writes it: XRPUSDT')
    .option('--settings <file>', 'settings as JSON (default: the built-in ones, see below)')
    .option(
      '--exchange-info <file>',
      "symbol rules in Binance's JSON shape, plain or .gz (default: the bundled ones)",
    )
    .addOption(
      new Option('--fill-model <model>', 'how the mock exchange fills orders, see below')
        .choices(FILL_MODELS)
        .default('book'),
    )
    .option('--orders-out <file>', 'write every order as CSV')
    .option('--sort', 'take rows in any order; holds the whole tape in memory')
    .option(
      '--durable',
      'keep the trade cycles in the database on the way, as live trading does; the same orders, slower',
    )
    .option('--json', 'print one JSON object and nothing else on standard output')
    .option('--inspect', 'show the actor tree as it stood at the end')
    .addOption(
      new Option('--log-level <level>', 'what is logged on standard error')
        .choices(LOG_LEVELS)
        .default('warn'),
    )
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .action(async (options: BacktestOptions) => {
      // Loaded only when it is run, so that help and mistakes are answered at once.
      const { backtestCommand } = await import('./backtest-run.js');
      await backtestCommand(options);
    });
}
