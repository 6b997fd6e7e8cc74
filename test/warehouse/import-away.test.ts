import { beforeEach, describe, expect, it } from '@jest/globals';
import { importTrades } from '../../src/warehouse/import-trades.js';
import { storedTrades } from '../../src/warehouse/stored-trades.js';
import { forgetCommits, holdCommits, untilCommitting } from '../support/commits.js';
import { stoppableDatabase } from '../support/stoppable-database.js';
import { batchesOf, collected, plainTrades, tradesFrom } from '../support/trade-events.js';

const db = stoppableDatabase();
const EVENTS = tradesFrom(1, 5_000);
const importing = () => importTrades(db.database, 'XRPUSDT', batchesOf(EVENTS), { chunkRows: 1_000 });
const stored = async () =>
  plainTrades(
    await collected(storedTrades(db.database, 'XRPUSDT', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })),
  );

beforeEach(async () => {
  await db.start();
  await db.database.pool.query('TRUNCATE trade_events');
});

/** An import whose first chunk is at its commit, and whose second is copied. */
async function anImportThatCommits() {
  const client = await db.database.pool.connect();
  await holdCommits(client);
  const done = importing().then(
    (figures) => figures,
    (error: unknown) => error,
  );
  await untilCommitting(db.database, 'COPY');
  return { client, done };
}

describe('an import that loses its connections during a commit, with the next chunk copied', () => {
  it('to a server that stops, goes on when it is back, and has stored all of it once', async () => {
    const { client, done } = await anImportThatCommits();
    await db.stop();
    client.release(true);
    await db.start();
    const other = await db.database.withRetry(() => db.database.pool.connect());
    await forgetCommits(other);
    other.release();
    expect(await done).toMatchObject({ rows: 5_000 });
    expect(await stored()).toEqual(plainTrades(EVENTS));
    expect(await importing()).toEqual({ rows: 5_000, inserted: 0, duplicates: 5_000 });
    expect(await stored()).toEqual(plainTrades(EVENTS));
  });

  it('one by one, stores all of it once, in its order', async () => {
    for (const victim of ['COMMIT', 'COPY']) {
      await db.database.pool.query('TRUNCATE trade_events');
      const { client, done } = await anImportThatCommits();
      await db.database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND starts_with(query, $1) AND pid <> pg_backend_pid()`,
        [victim],
      );
      await forgetCommits(client);
      client.release();
      expect(await done).toEqual({ rows: 5_000, inserted: 5_000, duplicates: 0 });
      expect(await stored()).toEqual(plainTrades(EVENTS));
    }
  });
});
