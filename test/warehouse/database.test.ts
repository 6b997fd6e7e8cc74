import { expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.js';

const db = testDatabase();

it('keeps what is written', async () => {
  await db.database.kysely.insertInto('symbols').values({ symbol: 'XRPUSDT' }).execute();
  expect(await db.database.kysely.selectFrom('symbols').selectAll().execute()).toEqual([
    { id: 1, symbol: 'XRPUSDT' },
  ]);
  await db.empty();
  expect(await db.database.kysely.selectFrom('symbols').selectAll().execute()).toEqual([]);
});
