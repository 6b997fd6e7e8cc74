import type { z } from 'zod';
import { type Settings, settingsToJson } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { refuseTooSmallBudget } from '../platform/budget-check.js';
import { InputError } from '../platform/input-error.js';
import { parseSettings } from '../platform/settings-file.js';
import type { ChangeOfSettings } from '../warehouse/settings-tables.js';
import type { settingsGiven } from './schemas.js';

/** A change of settings, checked against the rules of the symbol; what is not given stays as it is. */
export const changeTo =
  (given: z.output<typeof settingsGiven>, symbols: ReadonlyMap<string, SymbolInfo>): ChangeOfSettings =>
  (current, symbol) => {
    const settings = parseSettings({ ...settingsToJson(current), ...given }, 'the request');
    const info = symbols.get(symbol);
    if (info === undefined)
      throw new InputError(`the exchange does not list ${symbol}: its rules are not known`);
    refuseTooSmallBudget(settings, info, 'the budget');
    return settings;
  };

/** What differs. */
export function changesBetween(before: Settings, after: Settings) {
  const [was, is] = [settingsToJson(before), settingsToJson(after)];
  return (Object.keys(was) as (keyof typeof was)[])
    .filter((key) => was[key] !== is[key])
    .map((key) => ({ key, from: String(was[key]), to: String(is[key]) }));
}
