import { compare, Decimal, toWire, ZERO } from '../../../../domain/decimal.js';
import type { Json } from '../api-types.js';
import type { Call, Endpoints, Grounds } from '../endpoint.js';
import { flagOf } from '../params.js';
import { commissionRates, NO_DISCOUNT } from './commission.js';
import { symbolDocument, symbolOf } from './symbol-choice.js';

const BASIS_POINTS = new Decimal('10000');

/** The rate of the account is that of the first symbol: the simulator has one for all. */
async function status(on: Grounds, { account, params, stamp }: Call): Promise<Json> {
  const [first] = on.exchangeInfo().symbols;
  const rate = (first && (await on.exchange.commissionRate(first.symbol))) ?? ZERO;
  const omitsZero = flagOf(params, 'omitZeroBalances');
  const balances = (await on.exchange.balances(account)).filter(
    ({ free, locked }) => !omitsZero || compare(free.plus(locked), ZERO) !== 0,
  );
  const basisPoints = rate.times(BASIS_POINTS).round(0).toNumber();
  return {
    makerCommission: basisPoints,
    takerCommission: basisPoints,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: rates(toWire(rate), toWire(ZERO)),
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: stamp(on.lastAccountUpdate(account)),
    accountType: 'SPOT',
    balances: balances.map(({ asset, free, locked }) => ({
      asset,
      free: toWire(free),
      locked: toWire(locked),
    })),
    permissions: ['SPOT'],
    uid: on.accounts.names.indexOf(account) + 1,
  };
}

const rates = (maker: string, none: string): Json => ({ maker, taker: maker, buyer: none, seller: none });

async function commission(on: Grounds, call: Call): Promise<Json> {
  const { symbol } = await symbolOf(on, call);
  const { standard, none } = await commissionRates(on, symbol);
  return {
    symbol,
    standardCommission: rates(standard, none),
    specialCommission: rates(none, none),
    taxCommission: rates(none, none),
    discount: NO_DISCOUNT,
  };
}

function filters(on: Grounds, { params }: Call): Json {
  const { symbols, exchangeFilters = [] } = on.exchangeInfo();
  const { filters: symbolFilters = [] } = symbolDocument(symbols, params.get('symbol') ?? '');
  return { exchangeFilters, symbolFilters, assetFilters: [] };
}

export const ACCOUNT: Endpoints = {
  'GET /api/v3/account': {
    security: 'USER_DATA',
    weight: 20,
    required: {},
    optional: { omitZeroBalances: 'flag' },
    run: status,
  },
  'GET /api/v3/account/commission': {
    security: 'USER_DATA',
    weight: 20,
    required: { symbol: 'text' },
    optional: {},
    run: commission,
  },
  'GET /api/v3/rateLimit/order': {
    security: 'USER_DATA',
    weight: 40,
    required: {},
    optional: {},
    run: ({ limits }, call) => limits.orderCounts(call.account).map((count) => ({ ...count })),
  },
  'GET /api/v3/myFilters': {
    security: 'USER_DATA',
    weight: 40,
    required: { symbol: 'text' },
    optional: {},
    run: filters,
  },
};
