import Table from 'cli-table3';
import { type StoredSymbol, tradeInventory } from '../../warehouse/trade-inventory.js';
import { withReadyDatabase } from './ready-database.js';
import { say } from './say.js';

export async function listTrades({ json }: { readonly json?: true }): Promise<void> {
  const inventory = await withReadyDatabase(({ kysely }) => tradeInventory(kysely));
  if (json) say(JSON.stringify(inventory.map(plain)));
  else
    say(
      inventory.length === 0
        ? 'no trades are stored; hedgehog import-trades stores some'
        : tableOf(inventory),
    );
}

/** As `--json` prints it; times as UTC. */
const plain = ({ firstTimeMs, lastTimeMs, ...symbol }: StoredSymbol) => ({
  ...symbol,
  from: new Date(firstTimeMs).toISOString(),
  to: new Date(lastTimeMs).toISOString(),
});

function tableOf(inventory: readonly StoredSymbol[]): string {
  const table = new Table({
    head: ['symbol', 'trades', 'first', 'last', 'not stored', 'missing'],
    colAligns: ['left', 'right', 'left', 'left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const stored of inventory) {
    const { from, to } = plain(stored);
    table.push([
      stored.symbol,
      count(stored.trades),
      from,
      to,
      count(stored.notStored),
      count(stored.missing),
    ]);
  }
  return table.toString();
}

const count = (number: number): string => number.toLocaleString('en-US');
