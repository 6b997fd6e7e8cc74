import { describe, expect, it } from '@jest/globals';
import { Decimal } from '../../../../src/domain/decimal.js';
import type { Fill, Order } from '../../../../src/domain/order.js';
import {
  type Account,
  decodeAccount,
  decodeCommission,
} from '../../../../src/exchange/binance/rest/account-wire.js';
import { parseJson } from '../../../../src/exchange/binance/rest/json-text.js';
import {
  decodeCancelled,
  decodeOrder,
  decodeOrders,
  decodePlacedOrder,
} from '../../../../src/exchange/binance/rest/order-wire.js';
import { decodeRules, decodeServerTime } from '../../../../src/exchange/binance/rest/rules-wire.js';
import { decodeOwnTrades, decodeTrades } from '../../../../src/exchange/binance/rest/trade-wire.js';
import type { Decoder } from '../../../../src/exchange/binance/rest/wire.js';
import { payloadText } from '../../../support/binance-payloads.js';
import { type Exact, exactJson, field, isNumber, isText, items, text } from '../../../support/exact-json.js';
import { Random } from '../../../support/random.js';

/** Throws, with what was read and what stands there, when they differ. */
function same(what: string, isSame: boolean, read: unknown): void {
  if (!isSame) throw new Error(`${what} was read as ${String(read)}`);
}
const sameNumber = (json: Exact, name: string, read: number): void =>
  same(name, isNumber(field(json, name), read), read);
const sameDecimal = (json: Exact, name: string, read: Decimal): void => {
  const given = text(field(json, name));
  same(name, /^\d+(\.\d+)?$/.test(given) && new Decimal(given).eq(read), read);
};
const sameText = (json: Exact, name: string, read: string | null): void =>
  same(name, isText(field(json, name), read), read);

function sameFill(json: Exact, id: string, read: Fill): void {
  sameNumber(json, id, read.tradeId);
  sameDecimal(json, 'price', read.price);
  sameDecimal(json, 'qty', read.quantity);
  sameDecimal(json, 'commission', read.commission);
  sameText(json, 'commissionAsset', read.commissionAsset);
}

const sameOrder =
  (idField: string, createdField: string, updatedField: string) =>
  (json: Exact, read: Order): void => {
    sameText(json, 'symbol', read.symbol);
    sameText(json, 'side', read.side);
    sameNumber(json, 'orderId', read.orderId);
    sameDecimal(json, 'price', read.price);
    sameDecimal(json, 'origQty', read.quantity);
    sameDecimal(json, 'executedQty', read.executedQuantity);
    const status = text(field(json, 'status'));
    if (!status.startsWith('PENDING_')) same('status', status === read.status, read.status);
    const id = text(field(json, idField));
    same(idField, id === read.clientOrderId || id === `c_${read.clientOrderId}`, read.clientOrderId);
    sameNumber(json, createdField, read.createdTime);
    sameNumber(json, updatedField, read.updatedTime);
    same('executedQty', read.executedQuantity.lte(read.quantity), read.executedQuantity);
  };

/** The same, whatever the order in the list: by the id of each. */
function sameList<T>(
  json: Exact,
  id: string,
  read: readonly T[],
  idOf: (item: T) => number,
  sameItem: (json: Exact, item: T) => void,
): void {
  const listed = items(json);
  same('length', listed.length === read.length, read.length);
  for (const item of read) {
    const there = listed.filter((candidate) => isNumber(field(candidate, id), idOf(item)));
    if (there.length === 1) sameItem(there[0] as Exact, item);
    else same(id, there.length > 1, idOf(item));
  }
}

interface Fuzzed<T> {
  readonly name: string;
  readonly body: string;
  readonly decode: Decoder<T>;
  readonly compare: (json: Exact, read: T) => void;
  readonly rounds: number;
}
const fuzzed = <T>(what: Fuzzed<T>): Fuzzed<unknown> => what as Fuzzed<unknown>;

const ROUNDS = 4_950;
const orderList = `[${payloadText('order')},${payloadText('order-cancelled-renamed').replace('812', '813')}]`;
const lookedUp = sameOrder('clientOrderId', 'time', 'updateTime');

const FUZZED: readonly Fuzzed<unknown>[] = [
  fuzzed({
    name: 'an order',
    body: payloadText('order'),
    decode: decodeOrder,
    compare: lookedUp,
    rounds: ROUNDS,
  }),
  fuzzed({
    name: 'orders',
    body: orderList,
    decode: decodeOrders,
    compare: (json, read) => sameList(json, 'orderId', read, ({ orderId }) => orderId, lookedUp),
    rounds: ROUNDS,
  }),
  fuzzed({
    name: 'a placement',
    body: payloadText('placed-partly-filled'),
    decode: decodePlacedOrder,
    compare: (json, read) => {
      sameOrder('clientOrderId', 'transactTime', 'transactTime')(json, read);
      const fills = field(json, 'fills');
      if (fills === undefined) return same('fills', read.fills.length === 0, read.fills);
      sameList(
        fills,
        'tradeId',
        read.fills,
        ({ tradeId }) => tradeId,
        (fill, item) => sameFill(fill, 'tradeId', item),
      );
    },
    rounds: ROUNDS * 2,
  }),
  fuzzed({
    name: 'a cancel',
    body: payloadText('cancel'),
    decode: decodeCancelled,
    compare: sameOrder('origClientOrderId', 'transactTime', 'transactTime'),
    rounds: ROUNDS,
  }),
  fuzzed({
    name: 'trades of ours',
    body: payloadText('my-trades'),
    decode: decodeOwnTrades('BTCUSDT'),
    compare: (json, read) =>
      sameList(
        json,
        'id',
        read,
        ({ fill }) => fill.tradeId,
        (trade, { orderId, fill }) => {
          sameNumber(trade, 'orderId', orderId);
          sameNumber(trade, 'time', fill.time);
          sameFill(trade, 'id', fill);
        },
      ),
    rounds: ROUNDS,
  }),
  fuzzed({
    name: 'public trades',
    body: payloadText('historical-trades'),
    decode: decodeTrades('BTCUSDT', 5_000),
    compare: (json, read) =>
      sameList(
        json,
        'id',
        read,
        ({ tradeId }) => tradeId,
        (trade, event) => {
          sameDecimal(trade, 'price', event.price);
          sameDecimal(trade, 'qty', event.quantity);
          sameNumber(trade, 'time', event.tradeTime);
          same('isBuyerMaker', field(trade, 'isBuyerMaker') === event.buyerIsMaker, event.buyerIsMaker);
        },
      ),
    rounds: ROUNDS,
  }),
  fuzzed({
    name: 'an account',
    body: payloadText('account'),
    decode: decodeAccount,
    compare: (json, read: Account) => {
      same('canTrade', field(json, 'canTrade') === read.canTrade, read.canTrade);
      const listed = items(field(json, 'balances') as Exact);
      same('balances', listed.length === read.balances.length, read.balances.length);
      for (const { asset, free, locked } of read.balances) {
        const there = listed.find((candidate) => isText(field(candidate, 'asset'), asset)) as Exact;
        sameDecimal(there, 'free', free);
        sameDecimal(there, 'locked', locked);
      }
    },
    rounds: ROUNDS,
  }),
  fuzzed({
    name: 'commissions',
    body: payloadText('commission'),
    decode: decodeCommission('BTCUSDT'),
    compare: (json, read) => {
      const dearer = (part: Exact, one: string, other: string): Decimal => {
        const [a, b] = [one, other].map((who) => new Decimal(text(field(part, who)))) as [Decimal, Decimal];
        return a.gt(b) ? a : b;
      };
      const parts = ['standardCommission', 'specialCommission', 'taxCommission']
        .map((part) => field(json, part) as Exact)
        .flatMap((part) => [dearer(part, 'maker', 'taker'), dearer(part, 'buyer', 'seller')]);
      same('the rate', parts.reduce((sum, part) => sum.plus(part), new Decimal('0')).eq(read), read);
    },
    rounds: ROUNDS,
  }),
  fuzzed({
    name: 'the time',
    body: payloadText('time'),
    decode: decodeServerTime,
    compare: (json, read) => sameNumber(json, 'serverTime', read),
    rounds: ROUNDS,
  }),
  fuzzed({
    name: 'the rules',
    body: payloadText('exchange-info'),
    decode: decodeRules,
    compare: (json, { symbols, unreadable }) => {
      const listed = items(field(json, 'symbols') as Exact);
      same('symbols', listed.length === symbols.size + unreadable, symbols.size);
      for (const info of symbols.values()) {
        const there = listed.find((candidate) => isText(field(candidate, 'symbol'), info.symbol)) as Exact;
        sameText(there, 'status', info.status);
        sameText(there, 'baseAsset', info.baseAsset);
        sameNumber(there, 'baseAssetPrecision', info.baseAssetPrecision);
        for (const filter of items(field(there, 'filters') ?? []))
          if (isText(field(filter, 'filterType'), 'LOT_SIZE')) {
            sameDecimal(filter, 'minQty', info.lotSize.minQty);
            sameDecimal(filter, 'stepSize', info.lotSize.stepSize);
          }
      }
    },
    rounds: 1_000,
  }),
];

const JUNK = [
  ...[
    'null',
    'true',
    'false',
    '-1',
    '0',
    '1e3',
    '1e400',
    '9007199254740993',
    '812.00000000000000001',
    '[]',
    '{}',
    '""',
  ],
  ...[
    '"1e3"',
    '"-1"',
    '" 1"',
    '"0x1"',
    '"1."',
    '"NaN"',
    '"99999999999999999999.9"',
    '"１"',
    '"\\u0031"',
    '"__proto__"',
  ],
];
const CHARACTERS = '0123456789.-+eE"\\,:[]{} ntf\u0000é１';

/** The body with one to three changes: to a character, a run of them, or a whole value. */
function mutated(body: string, random: Random): string {
  let changed = body;
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(changed.length + 1);
    const end = Math.min(changed.length, at + 1 + random.below(random.chance(0.8) ? 2 : 40));
    const [before, run, after] = [changed.slice(0, at), changed.slice(at, end), changed.slice(end)];
    switch (random.below(5)) {
      case 0:
        changed = before + after;
        break;
      case 1:
        changed = before + run + run + after;
        break;
      case 2:
        changed = before + CHARACTERS[random.below(CHARACTERS.length)] + after;
        break;
      case 3:
        changed = before + run.replace(/\d/g, () => String(random.below(10))) + after;
        break;
      default: {
        const values = [...changed.matchAll(/(?<=:\s?)("[^"]*"|-?\d+|true|false)/g)];
        const value = values[random.below(values.length)];
        if (value === undefined) break;
        changed =
          changed.slice(0, value.index) + random.pick(JUNK) + changed.slice(value.index + value[0].length);
      }
    }
  }
  return changed;
}

describe('reading answers that are damaged', () => {
  it('is done with more than 50,000 of them', () => {
    expect(FUZZED.reduce((sum, { rounds }) => sum + rounds, 0)).toBeGreaterThan(50_000);
  });

  it.each(FUZZED)(
    'of $name never throws, and never reads what does not stand there',
    ({ body, decode, compare, rounds }) => {
      const seed = 20_260_721;
      const random = new Random(seed);
      compare(exactJson(body), decode(parseJson(body)));
      let read = 0;
      let refused = 0;
      for (let round = 0; round < rounds; round++) {
        const damaged = mutated(body, random);
        let json: unknown;
        try {
          json = parseJson(damaged);
        } catch {
          continue;
        }
        try {
          const value = decode(json);
          if (value === undefined) refused++;
          else {
            read++;
            compare(exactJson(damaged), value);
          }
        } catch (error) {
          throw new Error(`seed ${seed}, round ${round}, body ${damaged}`, { cause: error });
        }
      }
      // Both happen often, or the test tests nothing.
      expect(Math.min(read, refused)).toBeGreaterThan(rounds / 200);
    },
  );
});
