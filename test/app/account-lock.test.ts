import { afterEach, describe, expect, it } from '@jest/globals';
import { takeAccountLock } from '../../src/app/account-lock.js';
import type { RemoteExchange } from '../../src/app/exchange-choice.js';
import { Credentials } from '../../src/exchange/binance/credentials.js';
import { endpointsOf } from '../../src/exchange/binance/endpoints.js';
import type { MachineLock } from '../../src/platform/machine-lock.js';
import { systemClock } from '../../src/platform/system-clock.js';

const KEY = `Key${'k'.repeat(61)}`;
const HOLDER = { pid: 4_711, host: 'a-host', sinceMs: 1_782_907_200_000, version: '0.1.0' };
// Of this process alone: other tests run at the same time.
const PORT = String(process.pid);

const held = new Set<MachineLock>();
afterEach(() => {
  for (const lock of held) lock.release();
  held.clear();
});

const on = (rest: string, apiKey = KEY, secret = 'SECRET'): RemoteExchange => ({
  kind: 'remote',
  name: 'simulator',
  endpoints: endpointsOf('simulator', { rest, streams: 'ws://h', wsApi: 'ws://h' }),
  credentials: Credentials.withSecret(apiKey, secret),
  isRealMoney: false,
});
const take = async (exchange: RemoteExchange): Promise<void> => {
  const options = { exchange, holder: HOLDER, database: 'mine in /srv', clock: systemClock, patienceMs: 0 };
  held.add(await takeAccountLock(options));
};

describe('an account', () => {
  it('is traded on once, and the refusal says by whom, without the key', async () => {
    const account = on(`http://127.0.0.1:${PORT}`);
    await take(account);
    await expect(take(account)).rejects.toMatchObject({
      name: 'InputError',
      message:
        `a Hedgehog trades on this account of simulator (http://127.0.0.1:${PORT}) already: process 4711 on a-host, ` +
        'since 2026-07-01T12:00:00Z, version 0.1.0, with the database mine in /srv. ' +
        'Two would spend the same balance; stop that one first, or give this one another account',
    });
  });

  it.each([`http://localhost:${PORT}`, `http://[::1]:${PORT}`, `http://127.0.0.1:${PORT}/`])(
    'is the same however this machine is called: %s',
    async (rest) => {
      await take(on(`http://127.0.0.1:${PORT}`));
      await expect(take(on(rest, KEY, 'ANOTHER'))).rejects.toThrow('already');
    },
  );

  it.each([
    { what: 'another key', other: on(`http://127.0.0.1:${PORT}`, `Other${KEY.slice(5)}`) },
    { what: 'another port', other: on('http://127.0.0.1:1') },
    { what: 'another host', other: on(`http://example.org:${PORT}`) },
  ])('is another one with $what', async ({ other }) => {
    await take(on(`http://127.0.0.1:${PORT}`));
    await take(other);
  });

  it('is waited for as long as its process may be about to end', async () => {
    const account = on(`http://127.0.0.1:${PORT}`);
    await take(account);
    const waiting = takeAccountLock({
      ...{ exchange: account, holder: HOLDER, database: 'mine', clock: systemClock, patienceMs: 20_000 },
    });
    for (const lock of held) lock.release();
    held.add(await waiting);
  });
});
