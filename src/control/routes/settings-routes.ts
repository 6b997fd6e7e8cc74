import { z } from 'zod';
import type { ControlDeps } from '../deps.js';
import { type AnyRoute, route } from '../route.js';
import {
  allSettings,
  flag,
  settings,
  settingsChanged,
  settingsGiven,
  symbol as symbolName,
} from '../schemas.js';
import {
  changeSymbolSettings,
  changeTo,
  type GivenSettings,
  type SettingsChanged,
  type SettingsRules,
  type SymbolSettings,
  symbolSettings,
} from '../symbol-settings.js';

const path = '/v1/settings/:symbol';
const params = z.strictObject({ symbol: symbolName });

/** How symbols are traded. */
export const settingsRoutes = (deps: ControlDeps): readonly AnyRoute[] => [
  route({
    kind: 'json',
    method: 'GET',
    path: '/v1/settings',
    summary: 'how every symbol is traded',
    needs: 'read',
    query: z.strictObject({}),
    answer: allSettings,
    handle: async () => ({ settings: [...(await symbolSettings(deps.database.kysely))] }),
  }),
  route({
    kind: 'json',
    method: 'GET',
    path,
    summary: 'how a symbol is traded',
    needs: 'read',
    params,
    query: z.strictObject({}),
    answer: settings,
    handle: async ({ params: { symbol } }) =>
      (await symbolSettings(deps.database.kysely, symbol))[0] as SymbolSettings,
  }),
  route({
    kind: 'json',
    method: 'PATCH',
    path,
    summary: 'change how a symbol is traded, or see what a change would do',
    needs: 'full',
    params,
    query: z.strictObject({ dryRun: flag.optional() }),
    body: settingsGiven,
    answer: settingsChanged,
    handle: ({ params: { symbol }, query, body }) => change(deps, symbol, body, query.dryRun === 'true'),
  }),
];

async function change(
  deps: ControlDeps,
  symbol: string,
  given: GivenSettings,
  dryRun: boolean,
): Promise<SettingsChanged> {
  const to = changeTo(given, rulesOf(deps));
  const changed = await changeSymbolSettings(deps.database.kysely, symbol, to, dryRun);
  if (!dryRun) {
    const told = changed.changes.map(({ key, from, to: now }) => `${key} ${from} -> ${now}`).join(', ');
    deps.log.info(`control: settings of ${symbol}: ${told || 'as they were'}`, { symbol });
  }
  return changed;
}

export const rulesOf = ({ symbols }: Pick<ControlDeps, 'symbols'>): SettingsRules => ({
  symbols,
  notListed: (symbol) => `the exchange does not list ${symbol}`,
  givenIn: 'the request',
});
