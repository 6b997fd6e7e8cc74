import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Environment } from '../../src/warehouse/connection.js';
import { testDatabase } from '../support/database.js';
import { serverPid } from '../support/database-users.js';
import { askDaemon, killIn, LoadedMarket, switchOnAll } from '../support/live-daemon.js';
import {
  commandsOn,
  endAfterEach,
  eventually,
  type RunningHedgehog,
  spawnHedgehog,
  startHedgehog,
} from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const SYMBOLS = ['XRPUSDT', 'ADAUSDT', 'BTCUSDT'] as const;
/** Far more than it takes: a process that hangs is what is looked for. */
const END_MS = 60_000;
const KILLED = 'killed through the control API';

const db = testDatabase();
const folder = tempFolder();
endAfterEach();

let market: LoadedMarket;
const environment = () => ({
  ...db.environment,
  HEDGEHOG_DATA_DIR: folder.path('data'),
  HEDGEHOG_EXCHANGE: 'simulator',
  HEDGEHOG_SIMULATOR_URL: market.url,
});
const command = commandsOn(environment);

beforeEach(async () => {
  await db.empty();
  await switchOnAll(db, SYMBOLS);
  market = await LoadedMarket.open({ db, folder }, SYMBOLS);
});

/** Kills it wherever it is started again, until that is so. */
const killUntil = (
  name: string,
  isOver: () => boolean,
  inside: Environment = environment(),
): Promise<boolean> =>
  eventually(
    async () => {
      await killIn(inside, name);
      return isOver();
    },
    `${name} is killed often enough`,
    Boolean,
    END_MS,
  );

async function endOf(hedgehog: RunningHedgehog): Promise<number | null> {
  const tooLong = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`it does not end:\n${hedgehog.output()}`)), END_MS).unref();
  });
  return Promise.race([hedgehog.ended, tooLong]);
}

const lastLine = (hedgehog: RunningHedgehog): string => hedgehog.output().trimEnd().split('\n').at(-1) ?? '';

/** Asked of the server: it is released with the connection that holds it. */
async function heldLocks(): Promise<number> {
  const { rows } = await db.database.pool.query<{ count: string }>(
    `SELECT count(*) AS count FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
     WHERE locktype = 'advisory' AND datname = current_database()`,
  );
  return Number(rows[0]?.count);
}

describe('a daemon whose supervisors give up, under load', () => {
  it.each([
    { name: 'Hedgehog/PubSub', why: 'PubSub needed more than 3 restarts in 5 s' },
    { name: 'Hedgehog/Database', why: 'Database needed more than 3 restarts in 5 s' },
    { name: 'Hedgehog/BinanceClient', why: 'BinanceClient needed more than 3 restarts in 5 s' },
    { name: 'Hedgehog/UserDataStream', why: 'UserDataStream needed more than 3 restarts in 5 s' },
    { name: 'Hedgehog/Trading', why: 'Trading needed more than 3 restarts in 5 s' },
    { name: 'Hedgehog/Control', why: 'Control needed more than 3 restarts in 5 s' },
    {
      name: 'Streaming follower',
      why: 'Streaming needed more than 3 restarts in 5 s; Streaming follower needed more than 3 restarts in 5 s',
    },
  ])(
    'ends, says that it was $name, and goes on when it is started again',
    async ({ name, why }) => {
      const first = await startHedgehog(environment());
      let isOver = false;
      void first.ended.then(() => {
        isOver = true;
      });
      await market.trades(4);
      await killUntil(name, () => isOver || first.output().includes('Hedgehog has ended'));
      expect(await endOf(first)).toBe(1);
      expect(lastLine(first)).toBe(
        `hedgehog: Hedgehog gave up: ${why}, the last time for: ${KILLED}. Orders stay where they are; ` +
          'started again, it goes on with what it has in the database',
      );
      // What was heard is written.
      expect(first.output()).not.toContain('not stored');
      expect(await heldLocks()).toBe(0);
      const second = await startHedgehog(environment());
      await market.trades(4);
      expect(await market.settled()).toEqual([]);
      expect(await second.stop()).toBe(0);
    },
    200_000,
  );

  it('leaves no server and no process of its own behind', async () => {
    const own = { ...environment(), DATABASE_URL: '' };
    const first = await startHedgehog(own);
    await first.says('control: listening');
    await first.says('symbols were given default settings');
    const asked = askDaemon(own);
    await asked.post('/v1/services/storing/start', { symbols: SYMBOLS, topic: 'TRADE_EVENTS' });
    await asked.post('/v1/services/streaming/start', { symbols: SYMBOLS });
    await first.says('streaming: BTCUSDT is started');
    await killUntil('Hedgehog/PubSub', () => first.output().includes('Hedgehog has ended'), own);
    expect(await endOf(first)).toBe(1);
    expect(first.output()).not.toContain('not stored');
    expect(serverPid(folder.path('data'))).toBeUndefined();
  }, 200_000);
});

describe('a symbol whose supervisor gives up, under load', () => {
  it('is shown so everywhere, harms no other, and trades again when it is switched on again', async () => {
    const hedgehog = await startHedgehog(environment());
    await market.trades(4);
    for (const [name, service] of [
      ['Leader XRPUSDT', 'trading'],
      ['Streamer ADAUSDT', 'streaming'],
    ] as const) {
      const symbol = name.split(' ')[1] as string;
      await killUntil(name, () => hedgehog.output().includes(`${service}: ${symbol} is given up`));
      const why = `${name} needed more than 3 restarts in 5 s, the last time for: ${KILLED}`;
      const listed = (await command(service, 'list')).stdout.split('\n');
      expect(listed.find((line) => line.startsWith(symbol))).toMatch(/given-up/);
      expect(listed.find((line) => line.startsWith(symbol))).toContain(why);
      expect(
        (await command('inspect', `${service === 'trading' ? 'Trading' : 'Streaming'} follower`)).stdout,
      ).toContain(why);
      const ready = await askDaemon(environment()).get<{ ready: boolean; givenUp: string[] }>('/readyz');
      expect(ready).toMatchObject({ ready: true, givenUp: [expect.stringContaining(why)] });
      await market.trades(4);
      expect((await command(service, 'start', symbol)).code).toBe(0);
      await eventually(
        async () => (await command(service, 'list')).stdout,
        `${symbol} runs again`,
        (list) => new RegExp(`${symbol} +on +running`).test(list),
      );
    }
    await market.trades(4);
    expect(await market.settled()).toEqual([]);
    expect(await hedgehog.stop()).toBe(0);
  }, 200_000);
});

describe('a daemon that cannot begin', () => {
  it('ends when its database cannot be reached', async () => {
    const hedgehog = spawnHedgehog({
      ...environment(),
      DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none',
    });
    expect(await endOf(hedgehog)).not.toBe(0);
    expect(lastLine(hedgehog)).toMatch(
      /^hedgehog: the database in DATABASE_URL, .* cannot be used: .*ECONNREFUSED/,
    );
  }, 100_000);

  it('waits for an exchange that cannot be reached, and ends in time when it is told to', async () => {
    const hedgehog = await startHedgehog({ ...environment(), HEDGEHOG_SIMULATOR_URL: 'http://127.0.0.1:1' });
    await hedgehog.says('nothing is told of our orders');
    await hedgehog.says('control: listening');
    const ready = await askDaemon(environment()).get<{ ready: boolean }>('/readyz');
    expect(ready.ready).toBe(true);
    hedgehog.signal('SIGTERM');
    expect(await endOf(hedgehog)).toBe(0);
    expect(hedgehog.output()).not.toMatch(/crashed|gave up/);
  }, 100_000);
});
