import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { DaemonBooks } from '../support/daemon-books.js';
import { testDatabase } from '../support/database.js';
import { ExchangeAccount } from '../support/exchange-account.js';
import { Random } from '../support/random.js';
import { renameTape } from '../support/renamed-tape.js';
import {
  commandsOn,
  endAfterEach,
  eventually,
  type RunningHedgehog,
  startHedgehog,
  startSimulator,
} from '../support/running-hedgehog.js';
import { ShakyNetwork, stopNetworksAfterEach } from '../support/shaky-network.js';
import { tempFolder } from '../support/temp-folder.js';

const SYMBOLS = ['XRPUSDT', 'ADAUSDT'] as const;
const TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-volatile.csv.gz';
const OTHER_TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-calm.csv.gz';
const SETTINGS = 'test/fixtures/golden/settings-S4.json';
const PATIENCE_MS = 90_000;

const folder = tempFolder();
const db = testDatabase();
const command = commandsOn(() => db.environment);
stopNetworksAfterEach();
endAfterEach();

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, SYMBOLS);
});

async function run(...args: string[]): Promise<void> {
  expect(await command(...args)).toMatchObject({ code: 0, stderr: '' });
}

async function switchOn(): Promise<void> {
  const settings = Object.entries(JSON.parse(readFileSync(SETTINGS, 'utf8')) as Record<string, unknown>);
  for (const symbol of SYMBOLS) {
    await run('settings', 'set', symbol, ...settings.map(([key, value]) => `${key}=${String(value)}`));
    await run('storing', 'start', 'ORDERS', symbol);
    await run('storing', 'start', 'TRADE_EVENTS', symbol);
    await run('trading', 'start', symbol);
    await run('streaming', 'start', symbol);
  }
}

describe('a daemon and a simulated exchange, each a process of its own', () => {
  it('agree about orders, fills, trades and balances, though one is killed and the network between them is lost', async () => {
    const random = new Random(1);
    const port = await startSimulator(
      ...[
        '--tape',
        TAPE,
        await renameTape(OTHER_TAPE, 'ADAUSDT', folder.path('ADAUSDT-calm.csv.gz')),
        '--loop',
        '--speed',
        '30/s',
      ],
    );
    const exchange = new ExchangeAccount(port);
    const control = (path: string, body: unknown = {}) =>
      fetch(`http://127.0.0.1:${port}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const network = await ShakyNetwork.to(port);
    const start = (): Promise<RunningHedgehog> =>
      startHedgehog({
        ...db.environment,
        HEDGEHOG_EXCHANGE: 'simulator',
        HEDGEHOG_SIMULATOR_URL: `http://127.0.0.1:${network.port}`,
      });
    const books = new DaemonBooks(db, exchange, SYMBOLS);
    // Asked of the database: the exchange counts the requests of one address together.
    const count = () => books.orders();
    const trades = async (more: number): Promise<void> => {
      const before = await count();
      await eventually(
        count,
        `${more} more orders than ${before}`,
        (now) => now >= before + more,
        PATIENCE_MS,
      );
    };
    const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    let hedgehog = await start();
    await switchOn();
    await trades(6);
    for (let round = 0; round < 3; round++) {
      await pass(random.below(1_500));
      if (round === 1) {
        await hedgehog.stop('SIGKILL');
        await network.lose();
      } else {
        await network.lose();
        await pass(random.below(1_000));
        await hedgehog.stop('SIGKILL');
      }
      hedgehog = await start();
      await pass(1_000 + random.below(2_000));
      await network.restore();
      await trades(4);
    }
    await control('market', { mode: 'step' });
    await control('release');
    await books.settled(PATIENCE_MS);
    expect(await hedgehog.stop()).toBe(0);
    expect(await books.wrong()).toEqual([]);
  }, 400_000);
});
