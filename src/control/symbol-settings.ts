import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { type Settings, settingsToJson } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { refuseTooSmallBudget } from '../platform/budget-check.js';
import { InputError } from '../platform/input-error.js';
import { parseSettings } from '../platform/settings-file.js';
import { openCycles } from '../warehouse/cycle-rows.js';
import type { Tables } from '../warehouse/schema.js';
import {
  type ChangedSettings,
  type ChangeOfSettings,
  changeSettings,
  type SettingsRow,
  settingsRow,
  settingsRows,
} from '../warehouse/settings-tables.js';
import { knownSymbol, unknownSymbol } from './known-symbol.js';
import type { settingsChanged, settingsGiven, settings as settingsShape } from './schemas.js';

/** How symbols are traded, as the API and the commands without one read and change it. */

export type GivenSettings = z.output<typeof settingsGiven>;
export type SymbolSettings = z.output<typeof settingsShape>;
export type SettingsChanged = z.output<typeof settingsChanged>;

/** The rules that settings must keep to, and where they and the settings come from, for messages. */
export interface SettingsRules {
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  /** `the exchange does not list` */
  readonly notListed: (symbol: string) => string;
  /** `the request` */
  readonly givenIn: string;
}

/** A change of settings, checked against the rules of the symbol; what is not given stays as it is. */
export const changeTo =
  (
    given: Readonly<Record<string, unknown>>,
    { symbols, notListed, givenIn }: SettingsRules,
  ): ChangeOfSettings =>
  (current, symbol) => {
    const settings = parseSettings({ ...settingsToJson(current), ...given }, givenIn);
    const info = symbols.get(symbol);
    if (info === undefined) throw new InputError(`${notListed(symbol)}: its rules are not known`);
    refuseTooSmallBudget(settings, info, 'the budget');
    return settings;
  };

/** How every symbol is traded, or one of them. Throws UnknownSymbols when that is not known. */
export async function symbolSettings(
  db: Kysely<Tables>,
  symbol?: string,
): Promise<readonly SymbolSettings[]> {
  if (symbol === undefined) return (await settingsRows(db)).map(shown);
  return [shown(await knownSymbol(db, symbol))];
}

/**
 * Changes how a symbol is traded, or tells what the change would do.
 *
 * @throws UnknownSymbols for a symbol that is not known, or what the change throws; nothing is changed then
 */
export async function changeSymbolSettings(
  db: Kysely<Tables>,
  symbol: string,
  to: ChangeOfSettings,
  dryRun: boolean,
): Promise<SettingsChanged> {
  // Before the change: nothing may fail once that is made, or who asks would take it not to be.
  const cycles = (await openCycles(db)).filter((cycle) => cycle.symbol === symbol);
  const changed = dryRun ? await tried(db, symbol, to) : await changeSettings(db, symbol, to);
  if (changed === null) throw await unknownSymbol(db, symbol);
  const { before, after } = changed;
  return {
    symbol,
    dryRun,
    before: settingsToJson(before.settings),
    after: settingsToJson(after.settings),
    changes: changesBetween(before.settings, after.settings),
    from: 'cycles that begin from now on',
    openCycles: cycles.length,
    cycles: cycles.map(({ id, position: { phase } }) => ({
      cycleId: id,
      phase,
      // It may never succeed with its own settings.
      makesRoom: phase === 'buy-parked',
    })),
  };
}

async function tried(
  db: Kysely<Tables>,
  symbol: string,
  to: ChangeOfSettings,
): Promise<ChangedSettings | null> {
  const before = await settingsRow(db, symbol);
  return before && { before, after: { ...before, settings: to(before.settings, symbol) } };
}

/** What differs. */
function changesBetween(before: Settings, after: Settings): SettingsChanged['changes'] {
  const [was, is] = [settingsToJson(before), settingsToJson(after)];
  return (Object.keys(was) as (keyof typeof was)[])
    .filter((key) => was[key] !== is[key])
    .map((key) => ({ key, from: String(was[key]), to: String(is[key]) }));
}

const shown = ({ symbol, status, settings }: SettingsRow): SymbolSettings => ({
  symbol,
  status,
  settings: settingsToJson(settings),
});
