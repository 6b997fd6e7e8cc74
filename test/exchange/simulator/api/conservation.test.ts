import { describe, expect, it } from '@jest/globals';
import { Decimal, ZERO } from '../../../../src/domain/decimal.js';
import { BINANCE_LIMITS } from '../../../../src/exchange/simulator/api/rate-limits.js';
import { Random } from '../../../support/random.js';
import { OTHER, RestSimulator, type SignsAs } from '../../../support/rest-simulator.js';

const STEPS = 120;
const LOOSE = {
  ...BINANCE_LIMITS,
  limits: BINANCE_LIMITS.limits.map((limit) => ({ ...limit, limit: 1_000_000_000 })),
};
const ACCOUNTS: readonly SignsAs[] = [{}, OTHER];
const decimal = (text: string) => new Decimal(text);

interface OwnTrade {
  readonly qty: string;
  readonly quoteQty: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly isBuyer: boolean;
  readonly orderId: number;
}

describe('money', () => {
  it.each([1, 2, 3])('is neither made nor lost, whatever is asked and traded (%#)', async (_run) => {
    const seed = Date.now() % 1_000_000;
    const random = new Random(seed);
    const simulator = await RestSimulator.start({ limits: LOOSE });
    try {
      for (let step = 0; step < STEPS; step++) {
        const as = random.pick(ACCOUNTS);
        const price = `${90 + random.below(20)}.${random.below(100)}`;
        const action = random.below(10);
        if (action < 4) {
          const quantity = `${random.below(3)}.${1 + random.below(99_998)}`;
          await simulator.order({ side: random.pick(['BUY', 'SELL']), price, quantity }, as);
        } else if (action < 5)
          await simulator.signed(
            'DELETE order',
            { symbol: 'BTCUSDT', orderId: 1 + random.below(step + 1) },
            as,
          );
        else if (action < 6 && random.chance(0.2))
          await simulator.signed('DELETE openOrders', { symbol: 'BTCUSDT' }, as);
        else await simulator.trade(price, `0.${1 + random.below(9)}`);
      }
      for (const as of ACCOUNTS) expect([seed, await sums(simulator, as)]).toEqual([seed, NOTHING_AMISS]);
      expect(simulator.events.filter(({ fill }) => fill !== null).length).toBeGreaterThan(0);
    } finally {
      await simulator.stop();
    }
  });
});

const NOTHING_AMISS = { BTC: '0', USDT: '0', lockedBTC: '0', lockedUSDT: '0', ordersWithoutTheirTrades: [] };

/** What the account has beyond what it began with and traded, and locks beyond what its open orders need. */
async function sums(simulator: RestSimulator, as: SignsAs) {
  const given = { symbol: 'BTCUSDT', limit: 1_000 };
  const { body: account } = await simulator.signed('GET account', {}, as);
  const { body: trades } = await simulator.signed('GET myTrades', given, as);
  const { body: orders } = await simulator.signed('GET allOrders', given, as);
  const held = (asset: string): { free: Decimal; locked: Decimal } => {
    const found = account.balances.find((balance: { asset: string }) => balance.asset === asset);
    return { free: decimal(found.free), locked: decimal(found.locked) };
  };
  const owed = { BTC: decimal('2'), USDT: decimal('1000') };
  for (const trade of trades as OwnTrade[]) {
    const sign = trade.isBuyer ? decimal('1') : decimal('-1');
    owed.BTC = owed.BTC.plus(sign.times(decimal(trade.qty)));
    owed.USDT = owed.USDT.minus(sign.times(decimal(trade.quoteQty)));
    const asset = trade.commissionAsset as keyof typeof owed;
    owed[asset] = owed[asset].minus(decimal(trade.commission));
  }
  const locked = { BTC: ZERO, USDT: ZERO };
  const ordersWithoutTheirTrades: number[] = [];
  for (const order of orders) {
    const executed = (trades as OwnTrade[])
      .filter(({ orderId }) => orderId === order.orderId)
      .reduce((sum, { qty }) => sum.plus(decimal(qty)), ZERO);
    if (!executed.eq(decimal(order.executedQty))) ordersWithoutTheirTrades.push(order.orderId);
    if (order.status !== 'NEW' && order.status !== 'PARTIALLY_FILLED') continue;
    const rest = decimal(order.origQty).minus(executed);
    if (order.side === 'BUY') locked.USDT = locked.USDT.plus(rest.times(decimal(order.price)));
    else locked.BTC = locked.BTC.plus(rest);
  }
  const beyond = (asset: 'BTC' | 'USDT') =>
    held(asset).free.plus(held(asset).locked).minus(owed[asset]).toFixed();
  return {
    BTC: beyond('BTC'),
    USDT: beyond('USDT'),
    lockedBTC: held('BTC').locked.minus(locked.BTC).toFixed(),
    lockedUSDT: held('USDT').locked.minus(locked.USDT).toFixed(),
    ordersWithoutTheirTrades,
  };
}
