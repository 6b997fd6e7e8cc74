import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { seedSettings } from '../../seeds/settings.js';
import { composeLive } from '../../src/app/live.js';
import { readStartConfig } from '../../src/app/start-config.js';
import { Decimal, ZERO } from '../../src/domain/decimal.js';
import { formatTree, inspectTree } from '../../src/otp/index.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { TapeFeed } from '../../src/streaming/tape-feed.js';
import type { Environment } from '../../src/warehouse/connection.js';
import { claimForExchange } from '../../src/warehouse/installation.js';
import { changeSettings } from '../../src/warehouse/settings-tables.js';
import { testDatabase } from '../support/database.js';
import { aLog } from '../support/log.js';
import { endAfterEach, eventually, spawnHedgehog, startHedgehog } from '../support/running-hedgehog.js';
import { aSimulator, stopSimulatorsAfterEach, type TestSimulator } from '../support/simulator.js';
import { tempFolder } from '../support/temp-folder.js';
import { aTradeEvent, batchesOf } from '../support/trade-events.js';

const SYMBOL = 'XRPUSDT';
const db = testDatabase();
const left = new Set<() => Promise<void>>();
const folder = tempFolder();
endAfterEach();
afterEach(async () => {
  for (const end of left) await end();
  left.clear();
});
stopSimulatorsAfterEach();

const pair = generateKeyPairSync('ed25519');
const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const HMAC = { apiKey: `Hmac${'h'.repeat(60)}`, secret: `Secret${'s'.repeat(58)}` };
const ED25519 = { apiKey: `Ed25519${'e'.repeat(57)}`, privateKey };
const WRONG_KEY = `Wrong${'w'.repeat(59)}`;
const WRONG_SECRET = `Wrong${'x'.repeat(59)}`;

const secretFile = (content: object): string => {
  const file = folder.write(JSON.stringify(content));
  chmodSync(file, 0o600);
  return file;
};
const inEnvironment = { HEDGEHOG_API_KEY: HMAC.apiKey, HEDGEHOG_API_SECRET: HMAC.secret };

/** Everything that nobody may read, and shapes that every signature has: of an HMAC, and of an Ed25519 key. */
const HIDDEN: readonly (string | RegExp)[] = [
  ...[HMAC.apiKey, HMAC.secret, ED25519.apiKey, WRONG_KEY, WRONG_SECRET],
  ...privateKey.split('\n').filter((line) => line !== '' && !line.startsWith('-----')),
  /signature["']?[=:]/i,
  /X-MBX-APIKEY/i,
  /\b[0-9a-f]{64}\b/,
  /[A-Za-z0-9+/]{86}==/,
  /[A-Za-z0-9+/%]{86,}%3D%3D/i,
];

function expectNothingHidden(text: string): void {
  for (const hidden of HIDDEN) {
    const at = typeof hidden === 'string' ? text.indexOf(hidden) : text.search(hidden);
    expect({ hidden, found: at < 0 ? null : text.slice(Math.max(0, at - 200), at + 200) }).toEqual({
      hidden,
      found: null,
    });
  }
}

const signed = sign(null, Buffer.from('x'), pair.privateKey).toString('base64');

/** All rows of all tables, as text. */
async function everythingStored(): Promise<string> {
  const { kysely } = db.database;
  const { rows } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`.execute(kysely);
  const texts = rows.map(async ({ name }) => {
    const all = await sql<{ row: string }>`SELECT t::text AS row FROM ${sql.table(name)} AS t`.execute(
      kysely,
    );
    return all.rows.map(({ row }) => row).join('\n');
  });
  return (await Promise.all(texts)).join('\n');
}

const RICH = new Map(['USDT', 'XRP'].map((asset) => [asset, new Decimal('1000000')] as const));
/** Up and down by one per cent and a half within a second, so that everything is filled soon. */
const TRADES = Array.from({ length: 200 }, (_, index) =>
  aTradeEvent({ tradeId: index + 1, price: `0.4${300 + ((index * 37) % 60)}`, quantity: '500' }),
);

const simulated = (): Promise<TestSimulator> =>
  aSimulator({
    mode: 'run',
    feeds: new Map([
      [
        SYMBOL,
        new TapeFeed({
          open: () => batchesOf(TRADES),
          pace: { kind: 'interval', ms: 10 },
          loops: true,
          clock: systemClock,
        }),
      ],
    ]),
    accounts: [
      {
        name: 'ours',
        balances: RICH,
        keys: [
          { kind: 'hmac', ...HMAC },
          { kind: 'ed25519', apiKey: ED25519.apiKey, publicKeyPem },
        ],
      },
    ],
  });

const environmentOf = ({ port }: TestSimulator, keys: Environment): Record<string, string> => ({
  ...(db.environment as Record<string, string>),
  HEDGEHOG_EXCHANGE: 'simulator',
  HEDGEHOG_SIMULATOR_URL: `http://127.0.0.1:${port}`,
  HEDGEHOG_LOG_LEVEL: 'debug',
  ...(keys as Record<string, string>),
});

const ERRORS = [
  {
    what: 'answer-error',
    where: { endpoint: 'POST /api/v3/order' },
    status: 500,
    code: -1000,
    done: 'never',
  },
  { what: 'answer-error', where: { endpoint: 'POST /api/v3/order' }, status: 503 },
  { what: 'answer-error', where: { endpoint: 'GET /api/v3/order' }, status: 502, done: 'never' },
  { what: 'lose-reply', where: { endpoint: 'POST /api/v3/order' } },
  { what: 'malformed-report', where: {} },
  { what: 'cut-connection', where: { socket: 'user-data' } },
];

const fired = async ({ control }: TestSimulator): Promise<number> => {
  const { faults } = (await control('GET /faults')) as { faults: readonly { readonly fired: number }[] };
  return faults.filter((fault) => fault.fired > 0).length;
};

/** Trades under errors, until most of them have come to pass; then with a key that is revoked. */
async function provoke(simulator: TestSimulator, apiKey: string, isDenied: () => boolean): Promise<void> {
  await eventually(ordersStored, 'an order is stored', (count) => count > 0);
  await simulator.control('POST /faults', ERRORS);
  await eventually(
    () => fired(simulator),
    'the errors have come to pass',
    (count) => count >= 4,
  );
  await simulator.control('POST /keys/revoke', { apiKey });
  await simulator.control('POST /faults', [{ what: 'cut-connection', where: { socket: 'user-data' } }]);
  await eventually(isDenied, 'the key is denied');
}

const ordersStored = async (): Promise<number> => {
  const rows = await db.database.kysely.selectFrom('orders').select('order_id').execute();
  return rows.length;
};

beforeEach(async () => {
  await db.empty();
  const { kysely } = db.database;
  await seedSettings(kysely, [SYMBOL]);
  // Many small orders at once, of which most are filled soon.
  await changeSettings(kysely, SYMBOL, (settings) => ({
    ...settings,
    ...{ chunks: 20, budget: new Decimal('1000'), buyDownInterval: ZERO, rebuyInterval: ZERO },
  }));
  await claimForExchange(kysely, 'simulator');
  for (const table of ['trading_settings', 'streaming_settings', 'storing_settings'])
    await sql`UPDATE ${sql.table(table)} SET status = 'on'`.execute(kysely);
});

const WAYS = [
  { way: 'the environment', apiKey: HMAC.apiKey, keys: () => inEnvironment },
  {
    way: 'a file',
    apiKey: ED25519.apiKey,
    keys: () => ({ HEDGEHOG_API_SECRET_FILE: secretFile(ED25519) }),
  },
];

describe('the search for secrets', () => {
  it.each([
    { what: 'a signed query', text: `GET /api/v3/order?symbol=X&signature=${'0'.repeat(10)}` },
    { what: 'an HMAC', text: createHmac('sha256', HMAC.secret).update('x').digest('hex') },
    { what: 'a signature', text: signed },
    { what: 'a signature in a URL', text: encodeURIComponent(signed) },
    { what: 'a key', text: `key ${HMAC.apiKey}` },
    { what: 'a part of a private key', text: privateKey },
    { what: 'a header', text: JSON.stringify({ 'X-MBX-APIKEY': 'k' }) },
  ])('finds $what', ({ text }) => {
    expect(() => expectNothingHidden(`before ${text} after`)).toThrow();
  });
});

describe('keys and signatures are nowhere to be read', () => {
  it.each(WAYS)(
    'with keys from $way: what hedgehog start prints, keeps in its log files and stores',
    async ({ apiKey, keys }) => {
      const simulator = await simulated();
      const logs = folder.path(`logs-${apiKey.slice(0, 4)}`);
      const hedgehog = await startHedgehog({ ...environmentOf(simulator, keys()), HEDGEHOG_LOG_DIR: logs });
      await hedgehog.says('the exchange tells of our orders');
      await hedgehog.says('StreamConnection 1 is up');
      await provoke(simulator, apiKey, () => hedgehog.output().includes('-2015'));
      hedgehog.signal('SIGUSR2');
      await hedgehog.says('SIGUSR2: the actors as they stand');
      expect(await hedgehog.stop()).toBe(0);
      expectNothingHidden(hedgehog.output());
      const kept = readdirSync(logs).map((file) => readFileSync(join(logs, file), 'utf8'));
      expect(kept.join()).toContain('"path":"Hedgehog/BinanceClient"');
      expectNothingHidden(kept.join());
      const stored = await everythingStored();
      expect(stored).toContain(SYMBOL);
      expectNothingHidden(stored);
    },
  );

  it.each(WAYS)('with keys from $way: what the actors show and log', async ({ apiKey, keys }) => {
    const simulator = await simulated();
    const log = aLog();
    const database = await db.open(log);
    const config = await readStartConfig(environmentOf(simulator, keys()));
    const engine = await composeLive({ config, database, clock: systemClock, log, onEnd: () => {} });
    left.add(async () => {
      await engine.stop();
      await database.close();
    });
    const logged = () => inspect(log.entries, { depth: 9, maxArrayLength: null, maxStringLength: null });
    const shown: string[] = [];
    const look = () => {
      const tree = inspectTree(engine.system);
      shown.push(formatTree(tree), inspect(tree, { depth: 30, maxArrayLength: null, maxStringLength: null }));
    };
    await eventually(logged, 'it is connected', (text) =>
      ['the exchange tells of our orders', 'StreamConnection 1 is up'].every((line) => text.includes(line)),
    );
    await provoke(simulator, apiKey, () => {
      look();
      return logged().includes('-2015');
    });
    look();
    await engine.stop();
    expectNothingHidden(logged());
    expectNothingHidden(shown.join('\n'));
    expectNothingHidden(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config));
  });

  it.each([
    { what: 'key', keys: { HEDGEHOG_API_KEY: WRONG_KEY, HEDGEHOG_API_SECRET: HMAC.secret }, says: '-2015' },
    {
      what: 'secret',
      keys: { HEDGEHOG_API_KEY: HMAC.apiKey, HEDGEHOG_API_SECRET: WRONG_SECRET },
      says: '-1022',
    },
  ])('with a wrong $what from the start', async ({ keys, says }) => {
    const simulator = await simulated();
    const hedgehog = await startHedgehog(environmentOf(simulator, keys));
    await hedgehog.says(says);
    expect(await hedgehog.stop()).toBe(0);
    expectNothingHidden(hedgehog.output());
    expectNothingHidden(await everythingStored());
  });

  it('with keys that cannot be used at all', async () => {
    for (const keys of [
      { ...inEnvironment, HEDGEHOG_API_SECRET_FILE: secretFile(HMAC) },
      { HEDGEHOG_API_KEY: `${HMAC.apiKey} `, HEDGEHOG_API_SECRET: HMAC.secret },
      { HEDGEHOG_API_SECRET_FILE: secretFile({ ...HMAC, more: HMAC.secret }) },
    ]) {
      const hedgehog = spawnHedgehog({
        HEDGEHOG_EXCHANGE: 'simulator',
        HEDGEHOG_LOG_LEVEL: 'debug',
        ...keys,
      });
      expect(await hedgehog.ended).toBe(2);
      expect(hedgehog.output()).toContain('the configuration cannot be used');
      expectNothingHidden(hedgehog.output());
    }
  });
});
