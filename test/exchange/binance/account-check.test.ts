import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkAccount } from '../../../src/exchange/binance/account-check.js';
import { subscribeTo } from '../../../src/otp/index.js';
import { accountBalances } from '../../../src/ports/topics.js';
import { actorNamed, aWorker, seenBy } from '../../support/actors.js';
import { payload } from '../../support/binance-payloads.js';
import { API_KEY, aBinanceStage, type BinanceStage, SECRET } from '../../support/binance-stage.js';
import { aLog } from '../../support/log.js';
import type { ScriptedReply } from '../../support/scripted-http.js';

const ACCOUNT = 'GET /api/v3/account';
const OPEN = 'GET /api/v3/openOrders';

let stage: BinanceStage;
beforeEach(async () => {
  stage = await aBinanceStage();
});
afterEach(async () => {
  expect(stage.shown()).not.toMatch(new RegExp(`${API_KEY}|${SECRET}|signature`));
  await stage.stop();
});

/** Checks the account, without waiting, and gives what was logged and told. */
async function checked(account: ScriptedReply[], open: ScriptedReply = { body: [] }) {
  stage.server.on(ACCOUNT, ...account);
  stage.server.on(OPEN, open);
  const { system, rest } = stage;
  const pubsub = actorNamed(system, 'PubSub');
  const listener = aWorker(system, 'balances');
  subscribeTo(system, pubsub, accountBalances, listener);
  const log = aLog();
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
    await stage.pass(ms);
  };
  await checkAccount(system, { rest, pubsub, orderIdStarts: ['hh1-', 'hh0-5-'], log, wait });
  await stage.settle();
  return { lines: log.entries, told: seenBy(listener), waits };
}

const order = (clientOrderId: string, symbol = 'BTCUSDT') => payload('order', { clientOrderId, symbol });

describe('a look at the account', () => {
  it('tells what it has, and says nothing when all is well', async () => {
    const { lines, told } = await checked([{ body: payload('account') }], { body: [order('hh1-7-B1')] });
    expect(lines).toEqual([]);
    expect(told).toMatchObject([{ kind: 'balances-changed', balances: expect.any(Array) }]);
  });

  it('says that the account may not trade', async () => {
    const { lines } = await checked([{ body: payload('account', { canTrade: false }) }]);
    expect(lines).toMatchObject([{ level: 'error', message: expect.stringContaining('may not trade') }]);
  });

  it('says once which open orders are not ours, and does nothing about them', async () => {
    const open = [order('web_1', 'ETHUSDT'), order('hh1-7-B1'), order('hh12-7-B1'), order('hh2-7-B1')];
    const { lines } = await checked([{ body: payload('account') }], { body: open });
    expect(lines).toMatchObject([
      {
        level: 'warn',
        message: expect.stringContaining('left alone'),
        fields: { orders: 3, symbols: 'BTCUSDT ETHUSDT' },
      },
    ]);
    expect(stage.server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(stage.told).toEqual([]);
  });

  it.each([
    ['a key that is refused', { status: 401, body: { code: -2015, msg: 'Invalid.' } }, -2015],
    ['a wrong signature', { status: 400, body: { code: -1022, msg: 'Not valid.' } }, -1022],
  ])('ends with %s, and says so', async (_what, reply, code) => {
    const { lines, told, waits } = await checked([reply]);
    expect(lines).toMatchObject([{ level: 'error', fields: { code } }]);
    expect([told, waits, stage.server.to(OPEN)]).toEqual([[], [], []]);
  });

  it('is made when the exchange can be asked, however long that takes, and says once that it has to wait', async () => {
    const { lines, told, waits } = await checked([
      'drop',
      { status: 503, body: '' },
      { body: payload('account') },
    ]);
    expect(lines).toMatchObject([{ level: 'warn' }]);
    expect(waits).toEqual([10_000, 10_000]);
    expect(told).toHaveLength(1);
  });
});
