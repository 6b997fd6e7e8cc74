import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { testDatabase } from '../support/database.js';
import { commandsOn, endAfterEach, eventually, startHedgehog } from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const db = testDatabase();
const folder = tempFolder();
const environment = () => ({ ...db.environment, HEDGEHOG_DATA_DIR: folder.path('data') });
const command = commandsOn(environment);
endAfterEach();

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, ['XRPUSDT']);
});

interface Shown {
  readonly clientOrderId: string;
  readonly orderId: number;
}

const openOrders = async (): Promise<readonly Shown[]> =>
  JSON.parse((await command('orders', '--open', '--json')).stdout) as Shown[];

describe('hedgehog order cancel', () => {
  it('cancels an order that rests, however often it is named, and says what becomes of its cycle', async () => {
    // Far below the price, so that nothing but the cancel ends it.
    await command('settings', 'set', 'XRPUSDT', 'buy_down_interval=0.5', 'chunks=1');
    await command('trading', 'start', 'XRPUSDT');
    await command('streaming', 'start', 'XRPUSDT');
    const tape = { HEDGEHOG_TAPE: 'test/fixtures/tapes/XRPUSDT-e2e.csv.gz', HEDGEHOG_TAPE_PACE: '20ms' };
    const hedgehog = await startHedgehog({ ...environment(), ...tape });
    await hedgehog.says('control: listening');
    const [order] = await eventually(openOrders, 'a buy rests', (orders) => orders.length === 1);
    const { clientOrderId, orderId } = order as Shown;

    const cancelled = await command('order', 'cancel', clientOrderId, clientOrderId);
    expect(cancelled).toMatchObject({ code: 0, stderr: '' });
    expect(cancelled.stdout).toMatch(
      new RegExp(
        `^cancelled: BUY \\S+ XRPUSDT at \\S+ \\(${clientOrderId}\\), 0 of \\S+ filled\n  its cycle 1 \\(buy-parked\\): nothing is bought in its place until .*\n$`,
      ),
    );
    expect(await openOrders()).toEqual([]);
    const again = await command('order', 'cancel', String(orderId), '--symbol', 'XRPUSDT');
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toBe(
      `hedgehog: order ${orderId} of XRPUSDT has ended already: CANCELED; nothing was cancelled\n`,
    );
    expect(await hedgehog.stop()).toBe(0);
  });
});
