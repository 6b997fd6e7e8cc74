import type { Kysely } from 'kysely';
import { type UnknownSymbols, unknownSymbols } from '../platform/unknown-symbols.js';
import type { Tables } from '../warehouse/schema.js';
import { type SettingsRow, settingsRow, settingsRows } from '../warehouse/settings-tables.js';

/** How a symbol that somebody named is traded. Throws UnknownSymbols, which names those that there are. */
export async function knownSymbol(db: Kysely<Tables>, symbol: string): Promise<SettingsRow> {
  const row = await settingsRow(db, symbol);
  if (row === null) throw await unknownSymbol(db, symbol);
  return row;
}

export async function unknownSymbol(db: Kysely<Tables>, symbol: string): Promise<UnknownSymbols> {
  const rows = await settingsRows(db);
  return unknownSymbols(
    [symbol],
    rows.map((row) => row.symbol),
  );
}
