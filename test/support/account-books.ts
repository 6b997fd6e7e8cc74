import type { Balance } from '../../src/domain/account.js';
import { type Decimal, downToStep, ZERO } from '../../src/domain/decimal.js';
import { isOpen, type Order } from '../../src/domain/order.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import type { Cycle } from '../../src/ports/cycle-store.js';
import { baseCommission, type Leg, type LegFill } from '../../src/strategy/leg.js';
import { type Position, workingLeg } from '../../src/strategy/position.js';

/** What the exchange has of one account, and what an engine believes of it. */
export interface Books {
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  /** Every order there ever was. */
  readonly orders: readonly Order[];
  readonly balances: readonly Balance[];
  /** Asset -> what there was of it to begin with. */
  readonly start: ReadonlyMap<string, Decimal>;
  /** Fraction of what a fill brings. */
  readonly commissionRate: Decimal;
  readonly cycles: readonly Cycle[];
}

interface OwnedLeg {
  readonly leg: Leg;
  readonly cycle: Cycle;
}

/** What of the two does not agree, in words; nothing when all does. */
export function disagreements(books: Books): string[] {
  const legs = books.cycles.flatMap((cycle) => legsOf(cycle.position).map((leg) => ({ leg, cycle })));
  return [
    ...ordersTwice(books.orders),
    ...ordersOfNobody(books.orders, legs),
    ...legs.flatMap(({ leg, cycle }) => wrongLeg(leg, cycle, books.orders)),
    ...books.cycles.flatMap((cycle) => wrongSale(cycle, books)),
    ...wrongBalances(books, legs),
  ];
}

function legsOf(position: Position): readonly Leg[] {
  switch (position.phase) {
    case 'flat':
    case 'buy-parked':
      return [];
    case 'buying':
      return [position.buy];
    case 'selling':
      return [position.buy, ...position.earlierSells, position.sell];
    case 'sell-parked':
      return [position.buy, ...position.earlierSells];
    case 'closed':
      return [position.buy, ...position.earlierSells, position.sell].filter((leg) => leg !== null);
  }
}

function ordersTwice(orders: readonly Order[]): string[] {
  const ids = orders.map(({ symbol, clientOrderId }) => `${symbol} ${clientOrderId}`);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} is there twice`);
}

function ordersOfNobody(orders: readonly Order[], legs: readonly OwnedLeg[]): string[] {
  const owned = new Set(legs.map(({ leg }) => leg.request.clientOrderId));
  return orders
    .filter(({ clientOrderId }) => !owned.has(clientOrderId))
    .map(
      ({ symbol, clientOrderId, side, status }) =>
        `${symbol} ${clientOrderId} (${side} ${status}) is no cycle's`,
    );
}

function wrongLeg(leg: Leg, { symbol }: Cycle, orders: readonly Order[]): string[] {
  const { clientOrderId } = leg.request;
  const found = orders.find((order) => order.symbol === symbol && order.clientOrderId === clientOrderId);
  if (found === undefined) return [`${symbol} ${clientOrderId} is not on the exchange`];
  const facts = (name: string, ours: unknown, theirs: unknown): string[] =>
    ours === theirs
      ? []
      : [`${symbol} ${clientOrderId}: ${name} is ${String(ours)} here and ${String(theirs)} there`];
  const base = found.symbol.replace(/USDT$/, '');
  return [
    ...facts('the order', leg.orderId, found.orderId),
    ...facts('being open', isOpen(leg.status), isOpen(found.status)),
    ...facts('the side', leg.request.side, found.side),
    ...facts('the price', leg.request.price.toFixed(), found.price.toFixed()),
    ...facts('the quantity', leg.request.quantity.toFixed(), found.quantity.toFixed()),
    ...facts('filled', leg.filled.toFixed(), found.executedQuantity.toFixed()),
    ...facts('fills', shown(leg.fills), shown(found.fills.map((fill) => legFill(fill, base)))),
  ];
}

const legFill = (fill: Order['fills'][number], base: string): LegFill => ({
  ...fill,
  baseCommission: fill.commissionAsset === base ? fill.commission : ZERO,
});

/** By trade id: they become known in any order. */
const shown = (fills: readonly LegFill[]): string =>
  fills
    .toSorted((a, b) => a.tradeId - b.tradeId)
    .map((fill) => [fill.tradeId, fill.price, fill.quantity, fill.baseCommission.toFixed()].join(' '))
    .join(', ');

/** A sell is of all that was bought, less the commission taken from it. */
function wrongSale({ symbol, position }: Cycle, { symbols }: Books): string[] {
  const [buy, ...sells] = legsOf(position);
  const step = symbols.get(symbol)?.lotSize.stepSize;
  if (buy === undefined || step === undefined) return [];
  let rest = buy.filled.minus(baseCommission(buy));
  return sells.flatMap(({ request, filled }) => {
    const wanted = downToStep(rest, step).toFixed();
    rest = rest.minus(filled);
    const sold = request.quantity.toFixed();
    return sold === wanted ? [] : [`${symbol} ${request.clientOrderId} sells ${sold} of ${wanted}`];
  });
}

/** Nothing comes from nowhere, and nothing is lost. */
function wrongBalances(
  { balances, start, symbols, commissionRate }: Books,
  legs: readonly OwnedLeg[],
): string[] {
  const expected = new Map(start);
  const add = (asset: string, amount: Decimal): void => {
    expected.set(asset, (expected.get(asset) ?? ZERO).plus(amount));
  };
  for (const { leg, cycle } of legs) {
    const info = symbols.get(cycle.symbol) as SymbolInfo;
    for (const fill of leg.fills) {
      const money = fill.price.times(fill.quantity);
      if (leg.request.side === 'BUY') {
        add(info.baseAsset, fill.quantity.minus(fill.baseCommission));
        add(info.quoteAsset, ZERO.minus(money));
      } else {
        add(info.baseAsset, ZERO.minus(fill.quantity));
        add(info.quoteAsset, money.minus(money.times(commissionRate).round(8, 0)));
      }
    }
  }
  const there = new Map(balances.map(({ asset, free, locked }) => [asset, free.plus(locked)]));
  return [...expected].flatMap(([asset, amount]) => {
    const has = (there.get(asset) ?? ZERO).toFixed();
    return has === amount.toFixed() ? [] : [`${asset}: there is ${has}, and ${amount.toFixed()} should be`];
  });
}

/** Orders under way whose arrival is not known of: what a settled engine has none of. */
export const unsettled = (cycles: readonly Cycle[]): string[] =>
  cycles
    .filter(({ position }) => workingLeg(position)?.orderId === null)
    .map(({ id, symbol }) => `${symbol}: cycle ${id} does not know whether its order is there`);

export const parked = (cycles: readonly Cycle[]): string[] =>
  cycles.flatMap(({ id, symbol, position }) =>
    'why' in position
      ? [`${symbol}: cycle ${id} is parked, ${position.why.code} ${position.why.reason}`]
      : [],
  );
