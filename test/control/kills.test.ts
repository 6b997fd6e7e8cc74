import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { type ActorSnapshot, type Pid, withDescendants } from '../../src/otp/index.js';
import { controlledEngine } from '../support/control.js';
import { eventually } from '../support/running-hedgehog.js';

const api = controlledEngine(
  ['XRPUSDT'],
  async ({ database }) => {
    for (const table of ['trading_settings', 'streaming_settings', 'storing_settings'])
      await sql`UPDATE ${sql.table(table)} SET status = 'on'`.execute(database.kysely);
  },
  { HEDGEHOG_TAPES_FOLDER: 'test/fixtures/tapes', HEDGEHOG_TAPE_PACE: '50/s' },
);

const TOP = 'Hedgehog';
const SYMBOL = 'DynamicSymbolSupervisor/SymbolSupervisor XRPUSDT';
/** Every actor that runs, by its path. The tasks that start what is on have ended. */
const ALL = [
  '',
  '/PubSub',
  '/Database',
  '/BinanceMock',
  '/DataWarehouse',
  '/DataWarehouse/DynamicSubscriberSupervisor',
  '/DataWarehouse/DynamicSubscriberSupervisor/Subscriber OHLC:XRPUSDT',
  '/DataWarehouse/DynamicSubscriberSupervisor/Subscriber ORDERS:XRPUSDT',
  '/DataWarehouse/DynamicSubscriberSupervisor/Subscriber TRADE_EVENTS:XRPUSDT',
  '/DataWarehouse/DataWarehouse follower',
  '/Indicators',
  '/Indicators/DynamicIndicatorSupervisor',
  '/Indicators/DynamicIndicatorSupervisor/OhlcIndicator XRPUSDT',
  '/Indicators/Indicators follower',
  '/Trading',
  '/Trading/DynamicSymbolSupervisor',
  `/Trading/${SYMBOL}`,
  `/Trading/${SYMBOL}/DynamicTraderSupervisor XRPUSDT`,
  `/Trading/${SYMBOL}/DynamicTraderSupervisor XRPUSDT/Trader`,
  `/Trading/${SYMBOL}/Leader XRPUSDT`,
  '/Trading/Trading follower',
  '/Streaming',
  '/Streaming/DynamicStreamerSupervisor',
  '/Streaming/DynamicStreamerSupervisor/Streamer XRPUSDT',
  '/Streaming/Streaming follower',
  '/Publishing',
  '/Publishing/DynamicPublisherSupervisor',
  '/Publishing/PublishDesk',
  '/IdleReporter',
  '/ServiceReporter',
  '/Control',
].map((path) => `${TOP}${path}`);

const under = (...roots: readonly string[]): readonly string[] =>
  ALL.filter((path) => roots.some((root) => path === `${TOP}${root}` || path.startsWith(`${TOP}${root}/`)));

const FROM_EXCHANGE = [
  '/BinanceMock',
  '/DataWarehouse',
  '/Indicators',
  '/Trading',
  '/Streaming',
  '/Publishing',
  '/IdleReporter',
  '/ServiceReporter',
  '/Control',
];
const TRADER_SUPERVISOR = `/Trading/${SYMBOL}/DynamicTraderSupervisor XRPUSDT`;

/**
 * Whom to kill, and who is started again with it, by the strategy of its supervisor: rest_for_one at the top and in each part,
 * one_for_one under dynamic supervisors, one_for_all for what a symbol is traded with.
 */
const KILLS: readonly (readonly [string, readonly string[]])[] = [
  ['/PubSub', under('/PubSub', '/Database', ...FROM_EXCHANGE)],
  ['/Database', under('/Database', ...FROM_EXCHANGE)],
  ['/BinanceMock', under(...FROM_EXCHANGE)],
  ['/DataWarehouse', under(...FROM_EXCHANGE.slice(1))],
  [
    '/DataWarehouse/DynamicSubscriberSupervisor',
    under('/DataWarehouse/DynamicSubscriberSupervisor', '/DataWarehouse/DataWarehouse follower'),
  ],
  ...['OHLC', 'ORDERS', 'TRADE_EVENTS'].map((topic): [string, readonly string[]] => {
    const path = `/DataWarehouse/DynamicSubscriberSupervisor/Subscriber ${topic}:XRPUSDT`;
    return [path, under(path)];
  }),
  ['/DataWarehouse/DataWarehouse follower', under('/DataWarehouse/DataWarehouse follower')],
  ['/Indicators', under(...FROM_EXCHANGE.slice(2))],
  [
    '/Indicators/DynamicIndicatorSupervisor',
    under('/Indicators/DynamicIndicatorSupervisor', '/Indicators/Indicators follower'),
  ],
  [
    '/Indicators/DynamicIndicatorSupervisor/OhlcIndicator XRPUSDT',
    under('/Indicators/DynamicIndicatorSupervisor/OhlcIndicator XRPUSDT'),
  ],
  ['/Indicators/Indicators follower', under('/Indicators/Indicators follower')],
  ['/Trading', under(...FROM_EXCHANGE.slice(3))],
  [
    '/Trading/DynamicSymbolSupervisor',
    under('/Trading/DynamicSymbolSupervisor', '/Trading/Trading follower'),
  ],
  [`/Trading/${SYMBOL}`, under(`/Trading/${SYMBOL}`)],
  [TRADER_SUPERVISOR, under(TRADER_SUPERVISOR, `/Trading/${SYMBOL}/Leader XRPUSDT`)],
  [`${TRADER_SUPERVISOR}/Trader`, under(`${TRADER_SUPERVISOR}/Trader`)],
  [`/Trading/${SYMBOL}/Leader XRPUSDT`, under(TRADER_SUPERVISOR, `/Trading/${SYMBOL}/Leader XRPUSDT`)],
  ['/Trading/Trading follower', under('/Trading/Trading follower')],
  ['/Streaming', under(...FROM_EXCHANGE.slice(4))],
  [
    '/Streaming/DynamicStreamerSupervisor',
    under('/Streaming/DynamicStreamerSupervisor', '/Streaming/Streaming follower'),
  ],
  [
    '/Streaming/DynamicStreamerSupervisor/Streamer XRPUSDT',
    under('/Streaming/DynamicStreamerSupervisor/Streamer XRPUSDT'),
  ],
  ['/Streaming/Streaming follower', under('/Streaming/Streaming follower')],
  ['/Publishing', under(...FROM_EXCHANGE.slice(5))],
  [
    '/Publishing/DynamicPublisherSupervisor',
    under('/Publishing/DynamicPublisherSupervisor', '/Publishing/PublishDesk'),
  ],
  ['/Publishing/PublishDesk', under('/Publishing/PublishDesk')],
  ['/IdleReporter', under(...FROM_EXCHANGE.slice(6))],
  ['/ServiceReporter', under('/ServiceReporter', '/Control')],
  ['/Control', under('/Control')],
];

/** Traders come and go with their cycles; they count as one. */
const place = (path: string): string => path.replace(/Trader \d+$/, 'Trader');

async function actors(): Promise<readonly ActorSnapshot[]> {
  const roots = (await api.ask('/v1/inspect')).json.actors as readonly ActorSnapshot[];
  return withDescendants(roots);
}

const untilAllRun = () =>
  eventually(
    async () => [...new Set((await actors()).map(({ path }) => place(path)))].toSorted(),
    'everything runs',
    (paths) => JSON.stringify(paths) === JSON.stringify(ALL.toSorted()),
  );

/** Which incarnation is at each place. */
function idsOf(): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const visit = (pids: ReadonlyMap<string, Pid>): void => {
    for (const pid of pids.values()) {
      ids.set(place(pid.path), pid.id);
      visit((pid as Pid & { readonly children: ReadonlyMap<string, Pid> }).children);
    }
  };
  visit(api.engine.system.roots);
  return ids;
}

describe('an actor that is killed through the API', () => {
  it('is one of all kinds that there are', async () => {
    await untilAllRun();
    expect(KILLS.map(([path]) => `${TOP}${path}`).toSorted()).toEqual(ALL.slice(1).toSorted());
  });

  it.each(KILLS)(
    'comes back with those that its supervisor starts again with it: %s',
    async (path, restarted) => {
      await untilAllRun();
      const before = idsOf();
      const exact = (await actors()).find((actor) => place(actor.path) === `${TOP}${path}`)?.path ?? '';
      const killed = await api.ask('/v1/kill', { body: { path: exact } });
      expect([killed.status, killed.json.path]).toEqual([200, exact]);
      await eventually(
        () => idsOf().get(`${TOP}${path}`),
        'another one runs',
        (id) => id !== undefined && id !== before.get(`${TOP}${path}`),
      );
      await untilAllRun();
      const after = idsOf();
      // A cycle may have ended meanwhile, so a new trader says nothing unless it was to be started again.
      const changed = ALL.filter((known) => before.get(known) !== after.get(known));
      const isTrader = (known: string): boolean => known.endsWith('/Trader');
      expect(changed.filter((known) => !isTrader(known))).toEqual(
        restarted.filter((known) => !isTrader(known)),
      );
      expect(changed).toEqual(expect.arrayContaining([...restarted]));
      expect(api.ends).toEqual([]);
      expect((await api.ask('/readyz', { token: null })).status).toBe(200);
      const shown = (await api.ask(`/v1/inspect?path=${encodeURIComponent(`${TOP}${path}`)}`)).json;
      if (!isTrader(path)) {
        expect(shown.actors[0]).toMatchObject({
          restarts: 1,
          lastCrash: { reason: 'Error: killed through the control API' },
        });
      }
    },
  );
});
