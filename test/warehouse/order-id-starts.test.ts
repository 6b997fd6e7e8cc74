import { beforeEach, describe, expect, it } from '@jest/globals';
import { installationId } from '../../src/warehouse/installation.js';
import { keptOrderIds, orderIdStarts } from '../../src/warehouse/kept-order-ids.js';
import { testDatabase } from '../support/database.js';

const test = testDatabase();
beforeEach(async () => {
  await test.empty();
  await test.database.pool.query(`INSERT INTO symbols (symbol) VALUES ('XRPUSDT')`);
});

const cycle = (position: object, rest: { readonly scope?: string; readonly ended?: true } = {}) =>
  test.database.pool.query(
    `INSERT INTO cycles (symbol_id, settings, position, scope, ended_at) VALUES (1, '{}', $1, $2, $3)`,
    [position, rest.scope ?? 'live', rest.ended ? new Date() : null],
  );
const bought = (clientOrderId: string) => ({ phase: 'buying', buy: { request: { clientOrderId } } });

describe('keptOrderIds', () => {
  it('are those of live cycles under way that were made under another prefix, up to the cycle', async () => {
    await cycle(bought('hhold-1-B1'));
    await cycle(bought('hhnew-2-B1'));
    await cycle(bought('hhnew1-3-B1'));
    await cycle({ phase: 'flat' });
    await cycle(bought('hhold-5-B1'), { ended: true });
    await cycle(bought('hhold-6-B1'), { scope: 'a backtest' });
    await cycle(bought('hh-7-old-7-B12'));
    expect(await keptOrderIds(test.database.kysely, 'hhnew')).toEqual([
      'hhold-1-',
      'hhnew1-3-',
      'hh-7-old-7-',
    ]);
  });
});

describe('orderIdStarts', () => {
  it('are the own one and those that are kept, and none before the first start', async () => {
    const { kysely } = test.database;
    expect(await orderIdStarts(kysely)).toBeNull();
    await cycle(bought('hhold-1-B1'));
    expect(await orderIdStarts(kysely)).toBeNull();
    const own = await installationId(kysely);
    expect(await orderIdStarts(kysely)).toEqual([`hh${own}-`, 'hhold-1-']);
  });
});
