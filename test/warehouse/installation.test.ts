import { beforeEach, describe, expect, it } from '@jest/globals';
import { claimForExchange, exchangeOf, installationId } from '../../src/warehouse/installation.js';
import { testDatabase } from '../support/database.js';

const db = testDatabase();
beforeEach(() => db.empty());

describe('a database', () => {
  it('has one random id, the same whoever asks', async () => {
    const { kysely } = db.database;
    const ids = await Promise.all([installationId(kysely), installationId(kysely)]);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[A-Za-z0-9]{7,10}$/);
  });

  it('is that of the exchange that claims it first, for good', async () => {
    const { kysely } = db.database;
    const id = await installationId(kysely);
    expect(await exchangeOf(kysely)).toBeNull();
    expect(await claimForExchange(kysely, 'binance-testnet')).toBe('binance-testnet');
    expect(await claimForExchange(kysely, 'binance')).toBe('binance-testnet');
    expect(await claimForExchange(kysely, 'binance-testnet')).toBe('binance-testnet');
    expect(await exchangeOf(kysely)).toBe('binance-testnet');
    expect(await installationId(kysely)).toBe(id);
  });

  it('is that of one exchange when two claim it at once', async () => {
    const { kysely } = db.database;
    const owners = await Promise.all(
      ['mock', 'simulator', 'binance'].map((exchange) => claimForExchange(kysely, exchange)),
    );
    expect(new Set(owners).size).toBe(1);
  });
});
