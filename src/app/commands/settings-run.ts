import Table from 'cli-table3';
import type { SettingsChanged, SymbolSettings } from '../../control/symbol-settings.js';
import { InputError, quoted } from '../../platform/input-error.js';
import { type Desk, type FollowedBy, withDesk } from './desk/desk.js';
import { say } from './say.js';
import type { SetOptions } from './settings-command.js';
import { followedNote } from './switch-report.js';

export function showSettings(symbol: string | undefined, asJson: boolean): Promise<void> {
  return withDesk('read', async (desk) => {
    const rows = await desk.settings(symbol);
    if (asJson) say(JSON.stringify(rows.map(({ settings, ...row }) => ({ ...row, ...settings }))));
    else say(settingsTable(rows));
  });
}

/** Shows what the change does before it is made; throws InputError, with nothing changed, for one that cannot be. */
export async function setSettings(
  symbol: string,
  assignments: readonly string[],
  { dryRun = false, json = false }: SetOptions,
): Promise<void> {
  const given = parseAssignments(assignments);
  await withDesk('full', async (desk) => {
    const preview = await desk.changeSettings(symbol, given, true);
    if (!json) say(await previewText(desk, preview));
    const done = dryRun ? preview : await desk.changeSettings(symbol, given, false);
    const followedBy = await desk.followedBy();
    if (json) say(JSON.stringify({ ...done, followedBy }));
    else say(dryRun ? `settings of ${symbol} stay as they are: --dry-run` : doneText(done, followedBy));
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

async function previewText(desk: Desk, { symbol, changes, from, cycles }: SettingsChanged): Promise<string> {
  const status = (await desk.settings(symbol))[0]?.status;
  const kept = cycles.filter(({ makesRoom }) => !makesRoom);
  const making = cycles.filter(({ makesRoom }) => makesRoom);
  const named = (some: SettingsChanged['cycles']): string =>
    some.map(({ cycleId, phase }) => `${cycleId} (${phase})`).join(', ');
  return [
    `settings of ${symbol}, whose trading is ${status}:`,
    ...(changes.length === 0 ? ['  nothing changes'] : []),
    ...changes.map((change) => `  ${change.key.padEnd(18)}${change.from} -> ${change.to}`),
    `  ${'for'.padEnd(18)}${from}`,
    ...(kept.length === 0
      ? []
      : [`  ${'open cycles'.padEnd(18)}go on with their old settings: ${named(kept)}`]),
    ...(making.length === 0
      ? []
      : [`  ${'parked buys'.padEnd(18)}make room for new cycles: ${named(making)}`]),
  ].join('\n');
}

function doneText({ symbol }: SettingsChanged, followedBy: FollowedBy): string {
  const note = followedNote({ followedBy });
  return `settings of ${symbol} are set${note === null ? '' : `\n${note}`}`;
}

function settingsTable(rows: readonly SymbolSettings[]): string {
  const table = new Table({
    head: ['symbol', 'trading', ...Object.keys(rows[0]?.settings ?? {})],
    style: { head: [], border: [], compact: true },
  });
  for (const { symbol, status, settings } of rows) table.push([symbol, status, ...Object.values(settings)]);
  return table.toString();
}
