import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { seedSettings } from '../../seeds/settings.js';
import type { Engine } from '../../src/app/compose.js';
import { composeLive } from '../../src/app/live.js';
import { readStartConfig } from '../../src/app/start-config.js';
import { type ExitReason, formatTree, inspectTree, type Pid } from '../../src/otp/index.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Database } from '../../src/warehouse/database.js';
import { readReports, writeReports } from '../../src/warehouse/service-reports.js';
import { actorNamed } from '../support/actors.js';
import { testDatabase } from '../support/database.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';

const db = testDatabase();
let database: Database;
let engine: Engine;
let log: ReturnType<typeof aLog>;
let ends: ExitReason[];
/** Services that something was reported of at the moment at which the tree had begun to start. */
let reportedAtFirst: readonly string[];

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, ['XRPUSDT', 'BTCUSDT']);
  for (const table of ['trading_settings', 'streaming_settings', 'storing_settings'])
    await sql`UPDATE ${sql.table(table)} SET status = 'on'`.execute(db.database.kysely);
  // What a Hedgehog that was killed left behind.
  await writeReports(db.database.kysely, [
    { service: 'gone', name: 'DOGEUSDT', state: 'running', reason: null },
  ]);
  database = await db.open();
  log = aLog();
  ends = [];
  engine = await composeLive({
    config: await readStartConfig({
      HEDGEHOG_TAPES_FOLDER: 'test/fixtures/tapes',
      HEDGEHOG_TAPE_PACE: '100/s',
      HEDGEHOG_KEEP_TRADES: '36500d',
    }),
    database,
    clock: systemClock,
    log,
    onEnd: (reason) => ends.push(reason),
  });
  const first = await db.database.kysely.selectFrom('service_reports').select('service').execute();
  reportedAtFirst = first.map(({ service }) => service);
});

afterEach(async () => {
  await engine.stop();
  await database.close();
});

/** What runs of everything that is on: BTCUSDT has no tape. */
const ALL = [
  'DynamicIndicatorSupervisor',
  'DynamicPublisherSupervisor',
  'DynamicStreamerSupervisor',
  'DynamicSubscriberSupervisor',
  'DynamicSymbolSupervisor',
  'Leader BTCUSDT',
  'Leader XRPUSDT',
  'OhlcIndicator BTCUSDT',
  'OhlcIndicator XRPUSDT',
  'Streamer XRPUSDT',
  'Subscriber OHLC:BTCUSDT',
  'Subscriber OHLC:XRPUSDT',
  'Subscriber ORDERS:BTCUSDT',
  'Subscriber ORDERS:XRPUSDT',
  'Subscriber TRADE_EVENTS:BTCUSDT',
  'Subscriber TRADE_EVENTS:XRPUSDT',
].toSorted();

const registered = (): string[] =>
  engine.system.registry
    .names()
    .filter((name) => /^(Dyn.*(Ind|Pub|Str|Sub|Sym)|Lead|Ohlc|Stre|Subs)/.test(name));
const named = (name: string): Pid | undefined => engine.system.registry.lookup(name);
const untilAllRuns = () =>
  eventually(
    () => registered().toSorted(),
    'everything runs',
    (names) => JSON.stringify(names) === JSON.stringify(ALL),
  );

describe('the tree that runs', () => {
  it('starts in its order, and starts what is on', async () => {
    await untilAllRuns();
    const [root] = inspectTree(engine.system);
    expect(root?.children.map(({ name }) => name)).toEqual([
      'PubSub',
      'Database',
      'BinanceMock',
      'DataWarehouse',
      'Indicators',
      'Trading',
      'Streaming',
      'Publishing',
      'IdleReporter',
      'ServiceReporter',
      'Retention',
    ]);
    expect(formatTree(inspectTree(engine.system))).toContain('there is no tape of BTCUSDT');
  });

  it.each([
    'DynamicSymbolSupervisor',
    'DynamicStreamerSupervisor',
    'DynamicSubscriberSupervisor',
    'DynamicIndicatorSupervisor',
    'DynamicPublisherSupervisor',
    'BinanceMock',
    'PubSub',
  ])('brings everything that was on back when %s is killed', async (name) => {
    await untilAllRuns();
    const killed = named(name) as Pid;
    engine.system.kill(killed);
    await eventually(() => ![undefined, killed].includes(named(name)), 'another one runs');
    await untilAllRuns();
    expect(ends).toEqual([]);
    await sql`UPDATE trading_settings SET status = 'off'`.execute(db.database.kysely);
    await eventually(() => registered().every((running) => !running.startsWith('Leader')), 'it follows');
  });

  it('gives up alone a symbol that keeps crashing, and trades it again when it is switched on again', async () => {
    await untilAllRuns();
    const kept = named('Leader BTCUSDT');
    const isGivenUp = (): boolean =>
      log.entries.some(({ message }) => message.startsWith('trading: XRPUSDT is given up'));
    await eventually(() => {
      const leader = named('Leader XRPUSDT');
      if (leader !== undefined) engine.system.kill(leader);
      return isGivenUp();
    }, 'it is given up');
    expect(named('Leader BTCUSDT')).toBe(kept);
    expect(formatTree(inspectTree(engine.system))).toContain('SymbolSupervisor XRPUSDT needed more than');
    await sql`UPDATE trading_settings SET updated_at = clock_timestamp()`.execute(db.database.kysely);
    await untilAllRuns();
    expect(named('Leader BTCUSDT')).toBe(kept);
  });

  it('tells of its end when it gives up', async () => {
    await untilAllRuns();
    engine.system.kill(engine.system.roots.get('Hedgehog') as Pid, new Error('enough'));
    expect(ends).toEqual([new Error('enough')]);
  });
});

describe('what the tree that runs reports', () => {
  const reported = async (service: string): Promise<string[]> =>
    [...(await readReports(db.database.kysely, service)).values()]
      .map(({ name, state, reason }) => `${name} ${state}${reason === null ? '' : `: ${reason}`}`)
      .toSorted();
  const untilReported = (service: string, wanted: readonly string[]) =>
    eventually(
      () => reported(service),
      `${service} reports ${wanted.join(', ')}`,
      (found) => JSON.stringify(found) === JSON.stringify(wanted),
    );

  it('is what runs, and why something that is wanted does not', async () => {
    await untilReported('streaming', ['BTCUSDT given-up: there is no tape of BTCUSDT', 'XRPUSDT running']);
    await untilReported('trading', ['BTCUSDT running', 'XRPUSDT running']);
    await untilReported(
      'storing',
      ['OHLC', 'ORDERS', 'TRADE_EVENTS'].flatMap((topic) => [
        `${topic}:BTCUSDT running`,
        `${topic}:XRPUSDT running`,
      ]),
    );
    expect(await reported('gone')).toEqual([]);
  });

  it('is nothing of what the one before it reported, from its start', () => {
    expect(reportedAtFirst).not.toContain('gone');
  });

  it('follows what is given up and what is switched off', async () => {
    await untilAllRuns();
    const [, givenUp] = await eventually(
      () => {
        const leader = named('Leader XRPUSDT');
        if (leader !== undefined) engine.system.kill(leader);
        return reported('trading');
      },
      'it is given up',
      (lines) => lines.some((line) => line.startsWith('XRPUSDT given-up')),
    );
    expect(givenUp).toContain('SymbolSupervisor XRPUSDT needed more than');
    await sql`UPDATE trading_settings SET status = 'off'`.execute(db.database.kysely);
    await untilReported('trading', []);
  });

  it('goes on when whoever reports crashes', async () => {
    await untilAllRuns();
    const running = ['BTCUSDT running', 'XRPUSDT running'];
    await untilReported('trading', running);
    // What it could not write before it crashed.
    await writeReports(db.database.kysely, []);
    engine.system.kill(actorNamed(engine.system, 'ServiceReporter'));
    await untilReported('trading', running);
    await sql`UPDATE streaming_settings SET status = 'off'`.execute(db.database.kysely);
    await untilReported('streaming', []);
  });

  it('is what stands at last, also when it changed while it was written', async () => {
    await untilAllRuns();
    await untilReported('trading', ['BTCUSDT running', 'XRPUSDT running']);
    const says = (message: string) =>
      eventually(() => log.entries.some((entry) => entry.message === message), message);
    const reader = await db.database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('LOCK TABLE service_reports IN SHARE MODE');
    await sql`UPDATE streaming_settings SET status = 'off'`.execute(db.database.kysely);
    await says('streaming: XRPUSDT is stopped');
    await eventually(async () => {
      const waiting = await sql`
        SELECT FROM pg_locks WHERE NOT granted AND relation = 'service_reports'::regclass`.execute(
        db.database.kysely,
      );
      return waiting.rows.length > 0;
    }, 'a report waits');
    await sql`UPDATE trading_settings SET status = 'off'`.execute(db.database.kysely);
    await says('trading: XRPUSDT is stopped');
    await says('trading: BTCUSDT is stopped');
    await reader.query('COMMIT');
    reader.release();
    await untilReported('trading', []);
    await untilReported('streaming', []);
  });
});
