import type { Kysely } from 'kysely';
import { isConnectionError } from './retry.js';
import type { Tables } from './schema.js';
import { type StoredTrades, storeTradesOf, type TradesOf } from './trade-store.js';

/** Most symbols in one statement. */
const MOST_PARTS = 500;

interface Waiting extends TradesOf {
  readonly resolve: (stored: StoredTrades) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores the trades of many symbols, together when they come together: a statement for a few trades costs both sides many times
 * what the trades do. One statement is under way at a time, and what comes meanwhile goes with the next one; so nothing waits
 * while there is little to do.
 */
export class TradeWriter {
  private waiting: Waiting[] = [];
  private isWriting = false;

  constructor(private readonly db: Kysely<Tables>) {}

  /**
   * Rejects with the database's error about these trades, or about the connection; nothing of them is stored then. Until it is
   * settled no more trades of the symbol may be given.
   */
  store(part: TradesOf): Promise<StoredTrades> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...part, resolve, reject });
      if (!this.isWriting) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) await this.write(this.waiting.splice(0, MOST_PARTS));
    this.isWriting = false;
  }

  private async write(parts: readonly Waiting[]): Promise<void> {
    try {
      const stored = await storeTradesOf(this.db, parts);
      for (const [index, { resolve }] of parts.entries()) resolve(stored[index] as StoredTrades);
    } catch (error) {
      if (parts.length === 1 || isConnectionError(error)) for (const { reject } of parts) reject(error);
      // One of them is at fault, and the others must not pay for it.
      else for (const part of parts) await this.write([part]);
    }
  }
}
