import { z } from 'zod';
import { settingsToJson } from '../../domain/settings.js';
import { openCycles } from '../../warehouse/cycle-rows.js';
import {
  changeSettings,
  type SettingsRow,
  settingsRow,
  settingsRows,
} from '../../warehouse/settings-tables.js';
import { type UnknownSymbols, unknownSymbols } from '../../warehouse/unknown-symbols.js';
import type { ControlDeps } from '../deps.js';
import { type AnyRoute, route } from '../route.js';
import { flag, settings, settingsChanged, settingsGiven, symbol as symbolName } from '../schemas.js';
import { changesBetween, changeTo } from '../settings-change.js';

const path = '/v1/settings/:symbol';
const params = z.strictObject({ symbol: symbolName });

/** How symbols are traded. */
export const settingsRoutes = (deps: ControlDeps): readonly AnyRoute[] => [
  route({
    kind: 'json',
    method: 'GET',
    path,
    summary: 'how a symbol is traded',
    needs: 'read',
    params,
    query: z.strictObject({}),
    answer: settings,
    async handle({ params: { symbol } }) {
      const row = await settingsRow(deps.database.kysely, symbol);
      if (row === null) throw await unknown(deps, symbol);
      return { symbol, status: row.status, settings: settingsToJson(row.settings) };
    },
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
  given: z.output<typeof settingsGiven>,
  dryRun: boolean,
) {
  const { kysely } = deps.database;
  const to = changeTo(given, deps.symbols);
  const changed = dryRun ? await tried(deps, symbol, to) : await changeSettings(kysely, symbol, to);
  if (changed === null) throw await unknown(deps, symbol);
  const { before, after } = changed;
  const changes = changesBetween(before.settings, after.settings);
  if (!dryRun) {
    const told = changes.map(({ key, from, to: now }) => `${key} ${from} -> ${now}`).join(', ');
    deps.log.info(`control: settings of ${symbol}: ${told || 'as they were'}`, { symbol });
  }
  const open = await openCycles(kysely);
  return {
    symbol,
    dryRun,
    before: settingsToJson(before.settings),
    after: settingsToJson(after.settings),
    changes,
    from: 'cycles that begin from now on',
    openCycles: open.filter((cycle) => cycle.symbol === symbol).length,
  };
}

async function tried(
  { database }: ControlDeps,
  symbol: string,
  to: ReturnType<typeof changeTo>,
): Promise<{ readonly before: SettingsRow; readonly after: SettingsRow } | null> {
  const before = await settingsRow(database.kysely, symbol);
  return before && { before, after: { ...before, settings: to(before.settings, symbol) } };
}

async function unknown({ database }: ControlDeps, symbol: string): Promise<UnknownSymbols> {
  const rows = await settingsRows(database.kysely);
  return unknownSymbols(
    [symbol],
    rows.map((row) => row.symbol),
  );
}
