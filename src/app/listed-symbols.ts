import { seedSettings } from '../../seeds/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { BinanceRest } from '../exchange/binance/binance-rest.js';
import { exchangeRules } from '../exchange/binance/rest/requests.js';
import { type ChildSpec, taskSpec } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Database } from '../warehouse/database.js';
import type { Retry } from '../warehouse/database-cycle-store.js';
import { wait } from '../warehouse/retry.js';

/** Gives the symbols that an exchange lists the default settings, where they have none. */
export async function seedListed(database: Database, symbols: Iterable<string>, log: Log): Promise<void> {
  const seeded = await seedSettings(database.kysely, symbols);
  if (seeded.symbols > 0) log.info('symbols were given default settings', { symbols: seeded.symbols });
}

const AGAIN_MS = 10_000;

interface SeedingDeps {
  /** Filled with what the exchange lists. */
  readonly symbols: Map<string, SymbolInfo>;
  readonly database: Database;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly log: Log;
}

/** Does so once the exchange has told what it lists, however long that takes. */
export const seedingSpec = (
  { symbols, database, retry, clock, log }: SeedingDeps,
  rest: BinanceRest,
): ChildSpec => ({
  ...taskSpec('Seeding', async () => {
    for (;;) {
      const rules = await rest.ask(exchangeRules);
      if (rules.kind === 'ok') {
        for (const [symbol, info] of rules.value.symbols) symbols.set(symbol, info);
        return retry(() => seedListed(database, symbols.keys(), log));
      }
      await wait(clock, AGAIN_MS);
    }
  }),
  // It may be waiting for an exchange that is away, and loses nothing when it is cut short.
  shutdownMs: 500,
});
