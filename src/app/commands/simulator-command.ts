import { type Command, Option } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../../ports/log.js';
import type { SimulatorRequest } from '../simulator-config.js';

/** The options as given; nothing in them has been looked at yet. */
export interface SimulatorCommandOptions extends SimulatorRequest {
  readonly json?: true;
  readonly logLevel: LogLevel;
}

const MORE = `
Everything is on one port of 127.0.0.1: REST under /api/v3, market streams under /ws and /stream, the WebSocket API under
/ws-api/v3, and the control endpoint under /control:
  GET, POST, DELETE /control/faults       what is armed and how often it fired; arm; disarm all, or /control/faults/ID
  GET, POST /control/market               how the markets run; {"mode": "run"} or {"mode": "step"}
  POST /control/step                      {"symbol": "BTCUSDT", "count": 1}: publish the next trades, and hold their fills
  POST /control/release                   let held fills through
  POST /control/keys/revoke               {"apiKey": "..."}
  POST /control/accounts/demo/deposit     {"asset": "USDT", "amount": "100"}
  POST /control/symbols                   {"symbol": "BTCUSDT", "status": "HALT"}, or with "filters", a list: each takes the
                                          place of the one of its type
  POST /control/shutdown-notice           {"leadMs": 0}: tell every connection that the server shuts down, and close it
  GET /control/connections                how many are open

A fault is an object, a faults file a list of them:
  {"what": "answer-error", "where": {"endpoint": "POST /api/v3/order"}, "done": "later", "times": 1}
  {"what": "lose-report", "where": {"executionType": "TRADE"}, "probability": 0.1, "times": "always"}
What there is: refuse-connection, cut-connection, stall-connection, shut-down-connection, malformed-trade, malformed-report,
withhold-trades, lose-report, double-report, delay-report, swap-reports, answer-error, lose-reply, delay-reply, rate-limit,
forbid, hide-order, clock-skew. All take "where", "skip", "times" and "probability", but the last, which goes on.

Examples:
  hedgehog simulator
  hedgehog simulator --port 9000 --market 7 --symbols BTCUSDT,XRPUSDT --speed 50/s
  hedgehog simulator --tape XRPUSDT-trades-2024-05-01.zip --speed x10 --loop --faults faults.json`;

/** `hedgehog simulator`. */
export function addSimulatorCommand(program: Command): void {
  program
    .command('simulator')
    .description(
      'Run a simulated Binance on this machine: REST, streams and user data, with faults on demand',
    )
    .option('--port <number>', 'where to listen on 127.0.0.1; 0 for any free port', '8080')
    .option('--tape <file...>', 'play these trades; SYMBOL=FILE for a file that does not name its symbol')
    .option('--market <seed>', 'make up a market: the same trades for the same seed')
    .option('--symbols <list>', 'symbols with a made-up market (default: the first that is listed)')
    .option('--speed <pace>', '50/s, 20ms between trades, or x10 for ten times as recorded', 'x1')
    .addOption(
      new Option('--fill-model <model>', 'how orders are filled').choices(['book', 'tape']).default('tape'),
    )
    .option('--faults <file>', 'arm the faults in this JSON file')
    .option('--commission <rate>', 'fraction of what a fill brings', '0.001')
    .option(
      '--exchange-info <file>',
      "the symbols' rules, in Binance's JSON shape (default: the bundled ones)",
    )
    .option('--loop', 'at the end of a tape begin again')
    .option('--step', 'publish trades only when the control endpoint is asked to')
    .option('--json', 'say in a line of JSON where it listens')
    .addOption(new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('warn'))
    .addHelpText('after', MORE)
    .allowExcessArguments(false)
    .action(async (options: SimulatorCommandOptions) => {
      // Loaded only when it is run, so that help and mistakes are answered at once.
      const { runSimulator } = await import('./simulator-run.js');
      await runSimulator(options);
    });
}
