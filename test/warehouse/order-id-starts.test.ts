import { beforeEach, describe, expect, it } from '@jest/globals';
import { installationId } from '../../src/warehouse/installation.js';
import { knownOrderIdStarts, orderIdStarts } from '../../src/warehouse/order-id-starts.js';
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

describe('orderIdStarts', () => {
  it('are the prefix, and what live cycles under way have that were made under another, up to the cycle', async () => {
    await cycle(bought('hhold-1-B1'));
    await cycle(bought('hhnew-2-B1'));
    await cycle(bought('hhnew1-3-B1'));
    await cycle({ phase: 'flat' });
    await cycle(bought('hhold-5-B1'), { ended: true });
    await cycle(bought('hhold-6-B1'), { scope: 'a backtest' });
    await cycle(bought('hh-7-old-7-B12'));
    expect(await orderIdStarts(test.database.kysely, 'hhnew')).toEqual([
      'hhnew-',
      'hhold-1-',
      'hhnew1-3-',
      'hh-7-old-7-',
    ]);
  });
});

describe('knownOrderIdStarts', () => {
  it('are not known before the first start', async () => {
    const { kysely } = test.database;
    expect(await knownOrderIdStarts(kysely)).toBeNull();
    await cycle(bought('hhold-1-B1'));
    expect(await knownOrderIdStarts(kysely)).toBeNull();
    const own = await installationId(kysely);
    expect(await knownOrderIdStarts(kysely)).toEqual([`hh${own}-`, 'hhold-1-']);
  });
});
