import { afterEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/app/compose.js';
import { composeLive } from '../../src/app/live.js';
import { readStartConfig } from '../../src/app/start-config.js';
import { controlPlaces } from '../../src/control/control-places.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { Order } from '../../src/domain/order.js';
import type { BinanceMockProtocol } from '../../src/exchange/mock/binance-mock.js';
import type { ActorSystem, ExitReason } from '../../src/otp/index.js';
import { LogRing } from '../../src/platform/log-ring.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Environment } from '../../src/warehouse/connection.js';
import type { Database } from '../../src/warehouse/database.js';
import { disagreements, parked, unsettled } from '../support/account-books.js';
import { DaemonBooks } from '../support/daemon-books.js';
import { testDatabase } from '../support/database.js';
import { Killer } from '../support/kills.js';
import { LoadedMarket, switchOnAll } from '../support/live-daemon.js';
import { aLog } from '../support/log.js';
import { renameTape } from '../support/renamed-tape.js';
import { endAll, eventually } from '../support/running-hedgehog.js';
import { LISTED } from '../support/simulator.js';
import { tempFolder } from '../support/temp-folder.js';

const SYMBOLS = ['XRPUSDT', 'ADAUSDT', 'DOGEUSDT'] as const;
const TIMES = 3;
const TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-volatile.csv.gz';
const SETTINGS = {
  ...{ chunks: 3, budget: '300', buy_down_interval: '0.0001', profit_interval: '-0.0012' },
  rebuy_interval: '0.001',
};
const NO_ACCOUNT = {
  orders: () => Promise.resolve([]),
  balances: () => Promise.resolve([]),
  lastTrade: () => Promise.resolve(0),
};

const db = testDatabase();
const folder = tempFolder();

let engine: Engine | undefined;
let database: Database | undefined;
const ends: ExitReason[] = [];
let log = aLog();

/** The daemon's tree, with its local API. */
async function start(environment: Environment): Promise<Engine> {
  const all = {
    ...db.environment,
    ...environment,
    HEDGEHOG_DATA_DIR: folder.path('data'),
    HEDGEHOG_CONTROL_PORT: '0',
  };
  const config = await readStartConfig(all);
  const logs = new LogRing(systemClock);
  database = await db.open();
  engine = await composeLive({
    ...{ config, database, clock: systemClock, log: logs.noting(log) },
    onEnd: (reason) => ends.push(reason),
    control: { config: config.control, places: controlPlaces(all), version: '1.2.3', logs },
  });
  return engine;
}

afterEach(async () => {
  await engine?.stop(30_000);
  await database?.close();
  engine = undefined;
  database = undefined;
  ends.length = 0;
  log = aLog();
  await endAll();
});

/** Kills one of every kind after the other, several times over; answers what was not as it should be. */
async function killAll(
  system: ActorSystem,
  leastKinds: number,
  afterEachRound: () => Promise<void>,
): Promise<string[]> {
  const killer = new Killer(system, SYMBOLS);
  const kinds = killer.kinds();
  expect(kinds.length).toBeGreaterThanOrEqual(leastKinds);
  const problems: string[] = [];
  for (let time = 0; time < TIMES; time++) {
    for (const kind of kinds) problems.push(...(await killer.kill(kind, time)));
    await afterEachRound();
  }
  const givenUp = log.entries.filter(({ message }) => message.includes('given up'));
  return [...problems, ...givenUp.map(({ message }) => message), ...ends.map(String)];
}

describe('every kind of actor, killed again and again while three symbols are streamed, traded and stored', () => {
  it('comes back with those alone that its supervisor names, and nothing is lost or done twice', async () => {
    await db.empty();
    await switchOnAll(db, SYMBOLS);
    const market = await LoadedMarket.open(db, SYMBOLS, 11);
    const { system } = await start({ HEDGEHOG_EXCHANGE: 'simulator', HEDGEHOG_SIMULATOR_URL: market.url });
    await market.trades(20);
    expect(await killAll(system, 33, () => market.trades(10))).toEqual([]);
    expect(await market.settled()).toEqual([]);
  }, 900_000);

  it('does so where the exchange is one of them', async () => {
    await db.empty();
    await switchOnAll(db, SYMBOLS);
    const { kysely } = db.database;
    await kysely.updateTable('trading_settings').set(SETTINGS).execute();
    const tapes = SYMBOLS.map((symbol) => renameTape(TAPE, symbol, folder.path(`${symbol}-tape.csv.gz`)));
    const { system } = await start({
      HEDGEHOG_TAPE: (await Promise.all(tapes)).join(','),
      HEDGEHOG_TAPE_PACE: '100/s',
      HEDGEHOG_TAPE_LOOP: 'on',
    });
    const mock = system.registry.via<BinanceMockProtocol>('BinanceMock');
    const orders = async (): Promise<readonly Order[]> =>
      (
        await Promise.all(SYMBOLS.map((symbol) => system.call(mock, 'orders', { account: 'main', symbol })))
      ).flat();
    const stored = async (): Promise<number> =>
      Number((await db.database.pool.query('SELECT count(*) AS count FROM trade_events')).rows[0]?.count);
    const goesOn = async (): Promise<void> => {
      const before = await stored();
      await eventually(stored, 'trades are stored', (count) => count >= before + 200, 60_000);
    };
    await eventually(
      async () => (await orders()).length,
      'it trades',
      (count) => count >= 10,
      60_000,
    );
    expect(await killAll(system, 28, goesOn)).toEqual([]);
    await kysely.updateTable('streaming_settings').set({ status: 'off' }).execute();
    const books = new DaemonBooks(db, NO_ACCOUNT, SYMBOLS);
    const wrong = async (): Promise<readonly string[]> => {
      const cycles = await books.cycles();
      const all = disagreements({
        ...{ symbols: LISTED, orders: await orders(), cycles, commissionRate: new Decimal(0) },
        ...{ balances: [], start: new Map() },
      });
      // This exchange has no balances.
      return [
        ...all.filter((text) => !/: there is .* should be$/.test(text)),
        ...unsettled(cycles),
        ...parked(cycles),
      ];
    };
    expect(await eventually(wrong, 'all is settled', (texts) => texts.length === 0, 60_000)).toEqual([]);
  }, 900_000);
});
