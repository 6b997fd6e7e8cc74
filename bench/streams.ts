import { join } from 'node:path';
import type { Database } from '../src/warehouse/database.js';
import type { Benchmark } from './benchmark.js';
import { Child } from './child.js';
import { serverCpuMs, withBenchDatabase } from './database-support.js';
import { type Figure, figure } from './report.js';
import type { EngineQuestions, Report } from './streams-engine.js';
import type { GeneratorQuestions, Load, Sent } from './streams-generator.js';
import type { Percentiles } from './streams-watch.js';

const NAME = 'streams';
const MOST_CONNECTIONS = 2;
const FULL: Load = { symbols: 1_500, tradesPerSecond: 20_000, seconds: 60, warmUpSeconds: 10 };
const QUICK: Load = { symbols: 60, tradesPerSecond: 1_000, seconds: 2, warmUpSeconds: 1 };

interface Result {
  readonly connections: number;
  readonly traders: number;
  readonly sent: Sent;
  readonly report: Report;
  readonly databaseCpuSeconds: number;
  readonly stored: Stored;
}

/** What the database has, by its own count. */
interface Stored {
  readonly trades: number;
  /** From the exchange's stamp to the transaction that stored it. */
  readonly lagMs: Percentiles;
  /** Symbols whose ids are not exactly those that were traded. */
  readonly symbolsAtFault: number;
}

async function stored({ pool }: Database, lastIds: readonly number[]): Promise<Stored> {
  const { rows } = await pool.query<{ symbol: string; trades: string; first: string; last: string }>(
    `SELECT symbol, count(*) AS trades, min(trade_id) AS first, max(trade_id) AS last
     FROM trade_events JOIN symbols ON symbols.id = symbol_id GROUP BY symbol ORDER BY symbol`,
  );
  const lag = await pool.query<{ p50: number; p99: number; max: number }>(
    `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY lag) AS p50,
            percentile_disc(0.99) WITHIN GROUP (ORDER BY lag) AS p99, max(lag)
     FROM (SELECT (extract(epoch FROM stored_at) * 1000)::float - trade_time AS lag FROM trade_events) AS lags`,
  );
  const traded = lastIds.filter((last) => last > 0);
  const wrong = rows.filter(
    ({ trades, first, last }, index) => !(first === '1' && trades === last && Number(last) === traded[index]),
  );
  return {
    trades: rows.reduce((sum, { trades }) => sum + Number(trades), 0),
    lagMs: lag.rows[0] as Percentiles,
    symbolsAtFault: wrong.length + Math.abs(rows.length - traded.length),
  };
}

async function run(load: Load, tell: (progress: string) => void): Promise<Result> {
  return withBenchDatabase(async (db, folder) => {
    const generator = new Child<GeneratorQuestions>('./streams-generator.js');
    const engine = new Child<EngineQuestions>('./streams-engine.js');
    try {
      const port = await generator.ask('listen', load);
      const streams = `ws://127.0.0.1:${port}`;
      const { symbols } = load;
      const traders = await engine.ask('start', { symbols, streams, dataDirectory: join(folder, 'data') });
      let subscribed = await generator.ask('subscribed', null);
      while (subscribed.streams < symbols) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        subscribed = await generator.ask('subscribed', null);
      }
      tell(`${NAME}: ${traders} traders listen, over ${subscribed.connections} connections`);
      const trading = generator.ask('trade', null);
      await new Promise((resolve) => setTimeout(resolve, load.warmUpSeconds * 1_000));
      await engine.ask('measure', null);
      const serverBefore = (await serverCpuMs(db)) ?? 0;
      const sent = await trading;
      const databaseCpuSeconds = (((await serverCpuMs(db)) ?? 0) - serverBefore) / 1_000;
      const report = await engine.ask('finish', sent.lastIds);
      const { connections } = await generator.ask('subscribed', null);
      await engine.ask('stop', null);
      const counted = await stored(db, sent.lastIds);
      return { connections, traders, sent, report, databaseCpuSeconds, stored: counted };
    } finally {
      await engine.end();
      await generator.end();
    }
  });
}

/** What was lost on the way, in words; nothing when all is well. */
function faults(load: Load, { connections, traders, sent, report, stored: kept }: Result): readonly string[] {
  const { trades } = sent;
  const { frames, published, seen, unattended, lost } = report;
  const claims: readonly (readonly [boolean, string])[] = [
    [connections <= MOST_CONNECTIONS, `${connections} connections were used`],
    [traders >= load.symbols, `${traders} traders ran for ${load.symbols} symbols`],
    [frames === trades, `${frames} of ${trades} trades came out of the sockets`],
    [published === trades, `${published} of ${trades} trades were published`],
    [seen + unattended === trades, `${seen} of ${trades} trades reached a trader, ${unattended} found none`],
    [lost === 0, `${lost} trades were kept from a trader, or told to it twice`],
    [kept.trades === trades, `${kept.trades} of ${trades} trades are stored`],
    [kept.symbolsAtFault === 0, `${kept.symbolsAtFault} symbols are not stored as they were traded`],
  ];
  return claims.filter(([holds]) => !holds).map(([, text]) => text);
}

function figuresOf(on: string, result: Result): readonly Figure[] {
  const { sent, report, stored: kept } = result;
  const one = (name: string, unit: string, value: number) => figure(NAME, on, name, unit, [value]);
  const spread = (name: string, { p50, p99, max }: Percentiles) => [
    one(`${name}, p50`, 'ms', p50),
    one(`${name}, p99`, 'ms', p99),
    one(`${name}, max`, 'ms', max),
  ];
  const perCore = (cpuSeconds: number, seconds: number): number => (100 * cpuSeconds) / seconds;
  return [
    one('connections', '', result.connections),
    one('symbols traded, at the start', '', result.traders),
    one('traders at the end', '', report.traders),
    one('trades sent', '', sent.trades),
    one('trades sent, warming up included', 'trades/s', sent.trades / sent.seconds),
    one('trades published', '', report.published),
    one('trades seen by a trader', '', report.seen),
    one('trades between two cycles of a symbol', '', report.unattended),
    one('decisions', '', report.handled),
    one('trades stored', '', kept.trades),
    one('orders placed', '', report.placed),
    one('cycles closed', '', report.cyclesClosed),
    ...spread('from the socket to the decision', report.decided),
    ...spread("from the exchange's stamp to the decision", report.decidedSinceTrade),
    ...spread("from the exchange's stamp to the database", kept.lagMs),
    ...spread('delay of the event loop', report.loopDelay),
    one('processor time of the engine', 's', report.cpuSeconds),
    one('processor time of the engine', '% of a core', perCore(report.cpuSeconds, report.seconds)),
    one('processor time of the database', '% of a core', perCore(result.databaseCpuSeconds, report.seconds)),
    one('processor time of the generator', '% of a core', perCore(sent.cpuSeconds, sent.seconds)),
    one('warnings and errors in the log', '', report.troubles),
    one('peak memory of the engine', 'MB', report.peakMb),
    one('most messages under way', '', report.mostMessages),
    one('most messages that waited for PubSub', '', report.mostForPubSub),
    one('most trades held for the database', '', report.mostHeld),
    one('most trades held of one symbol', '', report.mostHeldOfOne),
    one('most bytes that waited in the generator', '', sent.mostBufferedBytes),
  ];
}

/** Many symbols at once, from the sockets of a simulated exchange to traders and into the database: nothing may be lost. */
export const benchStreams: Benchmark = async ({ isQuick, tell }) => {
  const load = isQuick ? QUICK : FULL;
  const on = `${load.symbols} symbols, ${load.tradesPerSecond} trades/s`;
  tell(`${NAME}: ${on}, for ${load.seconds} s`);
  const result = await run(load, tell);
  for (const trouble of result.report.firstTroubles) tell(`${NAME}: in the log: ${trouble}`);
  const lost = faults(load, result);
  const figures = figuresOf(on, result);
  if (lost.length > 0) throw new Error(`${NAME}, ${on}: ${lost.join('; ')}`);
  return figures;
};
