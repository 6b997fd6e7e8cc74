import { afterEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/app/compose.js';
import { composeLive } from '../../src/app/live.js';
import { readStartConfig } from '../../src/app/start-config.js';
import { controlPlaces } from '../../src/control/control-places.js';
import type { ActorSystem, ExitReason } from '../../src/otp/index.js';
import { logInto } from '../../src/platform/logging/log-into.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Environment } from '../../src/warehouse/connection.js';
import type { Database } from '../../src/warehouse/database.js';
import { testDatabase } from '../support/database.js';
import { Killer } from '../support/kills.js';
import { LoadedMarket, switchOnAll } from '../support/live-daemon.js';
import { aLog } from '../support/log.js';
import { endAll } from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const SYMBOLS = ['XRPUSDT', 'ADAUSDT', 'DOGEUSDT'] as const;
const TIMES = 3;

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
  const logs = logInto(log, 'info', systemClock);
  database = await db.open();
  engine = await composeLive({
    ...{ config, database, clock: systemClock, log: logs },
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
    const market = await LoadedMarket.open({ db, folder }, SYMBOLS);
    const { system } = await start({ HEDGEHOG_EXCHANGE: 'simulator', HEDGEHOG_SIMULATOR_URL: market.url });
    await market.trades(20);
    expect(await killAll(system, 33, () => market.trades(10))).toEqual([]);
    expect(await market.settled()).toEqual([]);
  }, 900_000);
});
