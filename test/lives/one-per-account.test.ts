import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dropDatabase, freshDatabase } from '../support/database.js';
import { endAfterEach, spawnHedgehog, startHedgehog } from '../support/running-hedgehog.js';
import { API_KEY, aSimulator, stopSimulatorsAfterEach } from '../support/simulator.js';

endAfterEach();
stopSimulatorsAfterEach();

let urls: readonly [string, string];
beforeAll(async () => {
  urls = [await freshDatabase(), await freshDatabase()];
});
afterAll(async () => {
  for (const url of urls) await dropDatabase(url);
});

it('one Hedgehog trades on an account, whatever its database, and the next when it has ended or was killed', async () => {
  const { port } = await aSimulator();
  const on = (url: string) => ({
    DATABASE_URL: url,
    HEDGEHOG_EXCHANGE: 'simulator',
    HEDGEHOG_SIMULATOR_URL: `http://127.0.0.1:${port}`,
  });
  const first = await startHedgehog(on(urls[0]));
  const second = spawnHedgehog(on(urls[1]));
  expect(await second.ended).toBe(2);
  const database = new URL(urls[0]).pathname.slice(1);
  expect(second.output()).toMatch(
    new RegExp(
      `trades on this account of simulator .+ already: process ${first.pid} .+ with the database .*${database}`,
    ),
  );
  expect(second.output()).not.toContain(API_KEY);
  expect(await first.stop('SIGKILL')).toBe(null);
  const third = await startHedgehog(on(urls[1]));
  expect(await third.stop()).toBe(0);
  const fourth = await startHedgehog(on(urls[0]));
  expect(await fourth.stop()).toBe(0);
});
