import Table from 'cli-table3';
import { type Settings, settingsToJson } from '../../domain/settings.js';
import { readExchangeInfo } from '../../exchange/exchange-info.js';
import { refuseTooSmallBudget } from '../../platform/budget-check.js';
import { InputError, quoted } from '../../platform/input-error.js';
import { parseSettings } from '../../platform/settings-file.js';
import { changeSettings, type SettingsRow, settingsRows } from '../../warehouse/settings-tables.js';
import { unknownSymbols } from '../../warehouse/unknown-symbols.js';
import { BUNDLED_EXCHANGE_INFO } from '../project-files.js';
import { configured } from './configured.js';
import { withReadyDatabase } from './ready-database.js';
import { sayWhenNothingRuns } from './switch-run.js';

export function showSettings(symbol: string | undefined, asJson: boolean): Promise<void> {
  return withReadyDatabase(async (database) => {
    const all = await database.withRetry(() => settingsRows(database.kysely));
    const rows = symbol === undefined ? all : all.filter((row) => row.symbol === symbol);
    if (symbol !== undefined && rows.length === 0) throw unknown(symbol, all);
    if (asJson) {
      say(JSON.stringify(rows.map(({ settings, ...row }) => ({ ...row, ...settingsToJson(settings) }))));
    } else say(settingsTable(rows));
  });
}

export async function setSettings(symbol: string, assignments: readonly string[]): Promise<void> {
  const given = parseAssignments(assignments);
  const source = configured().HEDGEHOG_EXCHANGE_INFO || BUNDLED_EXCHANGE_INFO;
  const info = (await readExchangeInfo(source)).get(symbol);
  const change = (current: Settings): Settings => {
    const settings = parseSettings({ ...settingsToJson(current), ...given }, 'the command line');
    if (info === undefined) throw new InputError(`${symbol} is not in ${source}: its rules are not known`);
    refuseTooSmallBudget(settings, info, 'the budget');
    return settings;
  };
  await withReadyDatabase(async (database) => {
    const changed = await database.withRetry(() => changeSettings(database.kysely, symbol, change));
    if (changed === null) throw unknown(symbol, await settingsRows(database.kysely));
    say(settingsTable([changed.after]));
    await sayWhenNothingRuns(database);
  });
}

/** Throws InputError for what is no `key=value`, and for a key that is given twice. */
function parseAssignments(assignments: readonly string[]): Record<string, string> {
  const given = new Map<string, string>();
  for (const assignment of assignments) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    if (key === undefined || value === undefined) {
      throw new InputError(`${quoted(assignment)} is no setting; allowed is key=value, such as budget=100`);
    }
    if (given.has(key)) throw new InputError(`${key} is given twice; allowed is once`);
    given.set(key, value);
  }
  return Object.fromEntries(given);
}

const unknown = (symbol: string, all: readonly SettingsRow[]): InputError =>
  unknownSymbols(
    [symbol],
    all.map((row) => row.symbol),
  );

function settingsTable(rows: readonly SettingsRow[]): string {
  const table = new Table({
    head: [
      'symbol',
      'trading',
      ...Object.keys(rows[0] === undefined ? {} : settingsToJson(rows[0].settings)),
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const { symbol, status, settings } of rows) {
    table.push([symbol, status, ...Object.values(settingsToJson(settings))]);
  }
  return table.toString();
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
