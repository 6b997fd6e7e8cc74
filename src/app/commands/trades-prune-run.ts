import { InputError } from '../../platform/input-error.js';
import { systemClock } from '../../platform/system-clock.js';
import type { Database } from '../../warehouse/database.js';
import { oldTrades, PrunePass, tradedSymbols } from '../../warehouse/prune-trades.js';
import { parseAge } from '../../warehouse/retention-config.js';
import { withReadyDatabase } from './ready-database.js';
import { say } from './say.js';
import type { PruneOptions } from './trades-command.js';

/** Throws InputError for whatever is wrong with what was asked for, before anything is deleted. */
export async function pruneCommand({ olderThan, symbol, dryRun, json }: PruneOptions): Promise<void> {
  const beforeMs = systemClock.wallMs() - parseAge('--older-than', olderThan);
  const before = new Date(beforeMs).toISOString();
  const deleted = await withReadyDatabase(async (db) => {
    if (symbol !== undefined) await refuseUnknown(db, symbol);
    return dryRun ? counted(db, beforeMs, symbol) : pruned(db, beforeMs, symbol);
  });
  const trades = [...deleted.values()].reduce((sum, count) => sum + count, 0);
  if (json) {
    say(JSON.stringify({ before, dryRun: dryRun === true, trades, bySymbol: Object.fromEntries(deleted) }));
    return;
  }
  for (const [name, count] of deleted)
    say(`${name}: ${count.toLocaleString('en-US')} trades ${dryRun ? 'would be deleted' : 'deleted'}`);
  const nothing = symbol === undefined ? 'no trade' : `no trade of ${symbol}`;
  if (trades === 0) say(`${nothing} that may be deleted is from before ${before}`);
}

async function refuseUnknown({ kysely }: Database, symbol: string): Promise<void> {
  const stored = await tradedSymbols(kysely);
  if (!stored.some((known) => known.symbol === symbol))
    throw new InputError(`no trades of ${symbol} are stored; hedgehog trades list shows what there is`);
}

async function pruned(
  db: Database,
  beforeMs: number,
  symbol: string | undefined,
): Promise<ReadonlyMap<string, number>> {
  const pass = new PrunePass(db.kysely, beforeMs, symbol);
  while (!pass.isOver) await db.withRetry(() => pass.step());
  return pass.deleted;
}

async function counted(
  { kysely }: Database,
  beforeMs: number,
  symbol: string | undefined,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const stored of await tradedSymbols(kysely)) {
    if (symbol !== undefined && stored.symbol !== symbol) continue;
    const trades = await oldTrades(kysely, stored.id, beforeMs);
    if (trades > 0) counts.set(stored.symbol, trades);
  }
  return counts;
}
