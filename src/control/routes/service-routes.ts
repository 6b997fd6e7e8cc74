import { z } from 'zod';
import type { SwitchStatus, TradingStatus } from '../../warehouse/schema.js';
import {
  type ChangeOfSettings,
  type Switches,
  switchRows,
  switchSymbols,
} from '../../warehouse/settings-tables.js';
import { type ControlDeps, SERVICES, type ServiceName } from '../deps.js';
import { inTime, NotNow } from '../in-time.js';
import { type AnyRoute, route } from '../route.js';
import { flag, service, switched, toStore, toSwitch, toTrade } from '../schemas.js';
import { standingRow } from '../standing.js';
import { changeTo } from '../symbol-settings.js';
import { rulesOf } from './settings-routes.js';

const TABLES = {
  streaming: 'streaming_settings',
  trading: 'trading_settings',
  storing: 'storing_settings',
} as const;

const WAYS: Readonly<Record<string, TradingStatus & SwitchStatus>> = { start: 'on', stop: 'off' };

/** What is wanted of the services, and what runs. A change is written to the database, as that of a command is, and followed. */
export const serviceRoutes = (deps: ControlDeps): readonly AnyRoute[] => [
  ...SERVICES.map((name) =>
    route({
      kind: 'json',
      method: 'GET',
      path: `/v1/services/${name}`,
      summary: `what is wanted of ${name}, and what runs`,
      needs: 'read',
      query: z.strictObject({}),
      answer: service,
      handle: () => shownService(deps, name),
    }),
  ),
  ...Object.entries(WAYS).flatMap(([verb, status]) => [
    switching(deps, 'streaming', verb, '', toSwitch, ({ symbols }) =>
      switchAll(deps, 'streaming', { table: 'streaming_settings' }, symbols, status),
    ),
    switching(deps, 'storing', verb, '', toStore, ({ symbols, topic }) =>
      switchAll(deps, 'storing', { table: 'storing_settings', topic }, symbols, status),
    ),
  ]),
  switching(
    deps,
    'trading',
    'start',
    ' with the cycles that they have, and these settings for new ones',
    toTrade,
    ({ symbols, settings }) =>
      switchTrading(deps, symbols, 'on', settings && changeTo(settings, rulesOf(deps))),
  ),
  switching(deps, 'trading', 'stop', ' at once; their orders stay where they are', toSwitch, ({ symbols }) =>
    switchTrading(deps, symbols, 'off'),
  ),
  switching(
    deps,
    'trading',
    'shutdown',
    ': nothing new starts, what was bought is sold',
    toSwitch,
    ({ symbols }) => switchTrading(deps, symbols, 'shutdown'),
  ),
];

const switching = <Body extends z.ZodType>(
  deps: ControlDeps,
  name: ServiceName,
  verb: string,
  how: string,
  body: Body,
  handle: (body: z.output<Body>) => Promise<Omit<z.output<typeof switched>, 'followed'>>,
): AnyRoute =>
  route({
    kind: 'json',
    method: 'POST',
    path: `/v1/services/${name}/${verb}`,
    summary: `${verb} ${name} for all of these symbols or none${how}`,
    needs: 'full',
    query: z.strictObject({ wait: flag.describe('false: do not wait until it is followed').optional() }),
    body,
    answer: switched,
    async handle({ query, body: asked }) {
      const done = await handle(asked);
      return { ...done, followed: query.wait !== 'false' && (await isFollowed(deps, name)) };
    },
  });

async function shownService({ database, services }: ControlDeps, name: ServiceName) {
  const [wanted, running] = await Promise.all([
    switchRows(database.kysely, TABLES[name]),
    services[name].list(),
  ]);
  const things = new Map(running.map((thing) => [thing.name, thing]));
  return {
    service: name,
    wanted: wanted.map((row) => standingRow(row, things)),
    running: running.map(({ name: thing, state, restarts, reason }) => ({
      name: thing,
      state,
      restarts,
      reason,
    })),
  };
}

const switchTrading = (
  deps: ControlDeps,
  symbols: readonly string[],
  status: TradingStatus,
  change?: ChangeOfSettings,
) => switchAll(deps, 'trading', { table: 'trading_settings' }, symbols, status, change);

async function switchAll(
  { database, log }: ControlDeps,
  name: ServiceName,
  switches: Switches,
  given: readonly string[],
  status: TradingStatus,
  change?: ChangeOfSettings,
) {
  const symbols = [...new Set(given)];
  const before = await switchSymbols(database.kysely, switches, symbols, status, change);
  log.info(`control: ${name} is switched ${status}`, { symbols: symbols.join(' ') });
  return {
    service: name,
    symbols: symbols.map((symbol) => ({ symbol, before: before.get(symbol) ?? status, now: status })),
  };
}

/** How long whoever switches waits until it is carried out; it is followed later all the same. */
const FOLLOWED_MS = 3_000;

async function isFollowed({ services, clock }: ControlDeps, name: ServiceName): Promise<boolean> {
  try {
    await inTime(clock, FOLLOWED_MS, name, services[name].follow());
    return true;
  } catch (error) {
    if (error instanceof NotNow) return false;
    throw error;
  }
}
