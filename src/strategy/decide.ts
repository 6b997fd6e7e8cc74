import { downToStep, isBelow, ZERO } from '../domain/decimal.js';
import type { ExecutionReport } from '../domain/execution-report.js';
import { brokenRule } from '../domain/filters.js';
import { isOpen, type Order, type OrderRequest, type Side } from '../domain/order.js';
import type { Settings } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';
import { afterReport, afterSnapshot, isAccountedFor, isFillOf, type Leg, newLeg, unsold } from './leg.js';
import {
  type Buying,
  type Closed,
  type CycleResult,
  type EarlierSells,
  type Flat,
  isUnplaced,
  type ParkReason,
  type Position,
  type Rebuy,
  type RebuyStatus,
  type Selling,
  type SellParked,
} from './position.js';
import { buyPrice, buyQuantity, isWorthSelling, rebuyBelow, sellPrice } from './pricing.js';

/** What happens to a cycle. */
export type CycleEvent =
  | TradeEvent
  | ExecutionReport
  /** The whole order, as an answer or a look-up shows it. */
  | { readonly kind: 'order-seen'; readonly order: Order }
  /** The exchange definitely refused the order. */
  | { readonly kind: 'order-refused'; readonly clientOrderId: string; readonly why: ParkReason }
  /** Balance or rules have changed: what is parked may be tried again. */
  | { readonly kind: 'conditions-changed' }
  /** So have the settings of new cycles: a parked buy makes room for one of those, for with its own it may never succeed. */
  | { readonly kind: 'settings-changed' }
  | { readonly kind: 'rebuy-answered' }
  /** No new cycle is wanted: what is not bought yet is given up, what was bought is sold. */
  | { readonly kind: 'shutdown-asked' };

/** What is to be done now. */
export type Action =
  | { readonly kind: 'place-order'; readonly request: OrderRequest }
  | { readonly kind: 'cancel-order'; readonly request: OrderRequest }
  /** The order has ended, and not all of its fills are known: the exchange is to be asked for them until they are. */
  | { readonly kind: 'look-up'; readonly request: OrderRequest }
  | { readonly kind: 'ask-rebuy' }
  | { readonly kind: 'park'; readonly why: ParkReason }
  | { readonly kind: 'close'; readonly result: CycleResult };

export interface Step {
  readonly position: Position;
  readonly action: Action | null;
}

/** What a cycle is decided by, the same from its start to its end. */
export interface CycleTerms {
  readonly settings: Settings;
  readonly info: SymbolInfo;
  /** A client order id for an order of this cycle, another one for every side and attempt. */
  readonly clientOrderId: (side: Side, attempt: number) => string;
}

const stay = (position: Position): Step => ({ position, action: null });

/**
 * The naive strategy: one event in; the next position and what to do out. Pure: the same arguments give the same answer.
 *
 * The position says that an order was placed before it is, so that a second event cannot place it again.
 */
export function decide(position: Position, event: CycleEvent, terms: CycleTerms): Step {
  switch (event.kind) {
    case 'trade-event':
      return onTrade(position, event, terms);
    case 'execution-report':
      return onOrder(
        position,
        event.clientOrderId,
        (leg) => afterReport(leg, event, terms.info.baseAsset),
        terms,
      );
    case 'order-seen':
      return onOrder(
        position,
        event.order.clientOrderId,
        (leg) => afterSnapshot(leg, event.order, terms.info.baseAsset),
        terms,
      );
    case 'order-refused':
      return onRefused(position, event.clientOrderId, event.why);
    case 'conditions-changed':
      return onConditionsChanged(position, terms);
    case 'settings-changed':
      return position.phase === 'buy-parked'
        ? abandoned(position.next.rebuy)
        : onConditionsChanged(position, terms);
    case 'rebuy-answered':
      return onRebuyAnswered(position);
    case 'shutdown-asked':
      return onShutdownAsked(position);
  }
}

function onTrade(position: Position, trade: TradeEvent, terms: CycleTerms): Step {
  switch (position.phase) {
    case 'flat':
      return placeBuy(position, trade, terms);
    case 'buying':
    case 'selling':
      return triggersRebuy(position, trade)
        ? {
            position: { ...position, rebuy: { ...position.rebuy, status: 'asked' } },
            action: { kind: 'ask-rebuy' },
          }
        : stay(position);
    case 'buy-parked':
    case 'sell-parked':
    case 'closed':
      return stay(position);
  }
}

function triggersRebuy(position: Buying | Selling, { price, tradeId }: TradeEvent): boolean {
  const { status, below } = position.rebuy;
  if (status !== 'unspent' || !isBelow(price, below)) return false;
  // Our own fill, seen as a public trade, says nothing new of the market.
  const sold = position.phase === 'selling' && isFillOf(position.sell, tradeId);
  return !sold && !isFillOf(position.buy, tradeId);
}

function placeBuy(
  flat: Flat,
  { price: last, symbol }: TradeEvent,
  { settings, info, clientOrderId }: CycleTerms,
): Step {
  const price = buyPrice(last, settings, info);
  const quantity = price.gt(ZERO) ? buyQuantity(price, settings, info) : ZERO;
  const broken = brokenRule(info, { price, quantity });
  if (broken !== null) return parkBuy({ code: broken.code, reason: broken.message }, flat);
  // Bought again and again, and never sold, it would use up all the money there is.
  if (!isWorthSelling(quantity.minus(quantity.times(settings.fee)), sellPrice(price, settings, info), info))
    return parkBuy(TOO_LITTLE, flat);
  const request = {
    symbol,
    side: 'BUY',
    price,
    quantity,
    clientOrderId: clientOrderId('BUY', flat.attempt),
  } as const;
  const rebuy = { below: rebuyBelow(price, settings), status: flat.rebuy };
  return {
    position: { phase: 'buying', buy: newLeg(request, flat.attempt), rebuy, ending: false },
    action: { kind: 'place-order', request },
  };
}

const TOO_LITTLE: ParkReason = {
  code: null,
  reason:
    'what a chunk buys would be, less the fee, too little to be sold again; it takes a larger budget or fewer chunks',
};

/** Something was told of an order; when it is one of ours, its leg moves on, and perhaps the cycle with it. */
function onOrder(
  position: Position,
  clientOrderId: string,
  move: (leg: Leg) => Leg,
  terms: CycleTerms,
): Step {
  const isOf = (leg: Leg): boolean => leg.request.clientOrderId === clientOrderId;
  switch (position.phase) {
    case 'buying':
      return isOf(position.buy) ? afterBuy(position, move(position.buy), terms) : stay(position);
    case 'selling':
      if (isOf(position.sell)) return afterSell(position, move(position.sell));
      return stay(withLate(position, isOf, move));
    case 'sell-parked':
      return stay(withLate(position, isOf, move));
    case 'flat':
    case 'buy-parked':
    case 'closed':
      return stay(position);
  }
}

/** What is told late of an order that has ended still counts: what there is to sell, and which public trades are our own. */
function withLate<P extends Selling | SellParked>(
  position: P,
  isOf: (leg: Leg) => boolean,
  move: (leg: Leg) => Leg,
): P {
  if (isOf(position.buy)) return { ...position, buy: move(position.buy) };
  if (!position.earlierSells.some(isOf)) return position;
  const earlierSells = position.earlierSells.map((leg) => (isOf(leg) ? move(leg) : leg));
  return { ...position, earlierSells };
}

function afterBuy(position: Buying, buy: Leg, terms: CycleTerms): Step {
  const { rebuy, ending } = position;
  if (isOpen(buy.status)) return stay({ ...position, buy });
  if (buy.filled.gt(ZERO)) {
    if (isAccountedFor(buy)) return placeSell(buy, NO_SELLS, rebuy, 1, terms);
    // A fill that is not known may have cost commission in what was bought: selling that as well would be refused.
    return { position: { ...position, buy }, action: { kind: 'look-up', request: buy.request } };
  }
  if (ending) return abandoned(rebuy.status);
  return parkBuy({ code: null, reason: `the exchange ended the buy as ${buy.status}` }, nextFlat(buy, rebuy));
}

const NO_SELLS: EarlierSells = [];

/** Sells what is left, cut down to the step. */
function placeSell(
  buy: Leg,
  earlierSells: EarlierSells,
  rebuy: Rebuy,
  attempt: number,
  { settings, info, clientOrderId }: CycleTerms,
): Step {
  const rest = unsold(buy, earlierSells);
  const price = sellPrice(buy.request.price, settings, info);
  if (!isWorthSelling(rest, price, info))
    return close({ kind: 'dust', quantity: rest }, rebuy.status, { buy, sell: null, earlierSells });

  const quantity = downToStep(rest, info.lotSize.stepSize);
  const broken = brokenRule(info, { price, quantity });
  if (broken !== null)
    return parkSell({ code: broken.code, reason: broken.message }, { buy, earlierSells, rebuy, attempt });
  const { symbol } = info;
  const request = {
    symbol,
    side: 'SELL',
    price,
    quantity,
    clientOrderId: clientOrderId('SELL', attempt),
  } as const;
  return {
    position: { phase: 'selling', buy, sell: newLeg(request, attempt), earlierSells, rebuy },
    action: { kind: 'place-order', request },
  };
}

function afterSell(position: Selling, sell: Leg): Step {
  const { buy, earlierSells, rebuy } = position;
  if (isOpen(sell.status)) return stay({ ...position, sell });
  // Nobody hears what is told of it once the cycle is closed, and what it earned would never be known.
  if (!isAccountedFor(sell))
    return { position: { ...position, sell }, action: { kind: 'look-up', request: sell.request } };
  if (sell.status === 'FILLED') return close({ kind: 'sold' }, rebuy.status, { buy, sell, earlierSells });
  const sold = `${sell.filled.toFixed()} of ${sell.request.quantity.toFixed()} sold`;
  return parkSell(
    { code: null, reason: `the exchange ended the sell as ${sell.status}, ${sold}` },
    { buy, earlierSells: [...earlierSells, sell], rebuy, attempt: sell.attempt + 1 },
  );
}

function onRefused(position: Position, clientOrderId: string, why: ParkReason): Step {
  // An order that was seen on the exchange is there, whatever a late answer says.
  if (!isUnplaced(position, clientOrderId)) return stay(position);
  if (position.phase === 'buying') {
    const { buy, rebuy, ending } = position;
    return ending ? abandoned(rebuy.status) : parkBuy(why, nextFlat(buy, rebuy));
  }
  if (position.phase === 'selling') {
    const { buy, earlierSells, rebuy, sell } = position;
    return parkSell(why, { buy, earlierSells, rebuy, attempt: sell.attempt + 1 });
  }
  return stay(position);
}

function onConditionsChanged(position: Position, terms: CycleTerms): Step {
  // A parked buy waits for the next trade: the price it was refused at is old.
  if (position.phase === 'buy-parked') return stay(position.next);
  if (position.phase === 'sell-parked')
    return placeSell(position.buy, position.earlierSells, position.rebuy, position.attempt, terms);
  return stay(position);
}

function onRebuyAnswered(position: Position): Step {
  switch (position.phase) {
    case 'buying':
    case 'selling':
    case 'sell-parked':
      return stay({ ...position, rebuy: { ...position.rebuy, status: 'answered' } });
    case 'flat':
      return stay({ ...position, rebuy: 'answered' });
    case 'buy-parked':
      return stay({ ...position, next: { ...position.next, rebuy: 'answered' } });
    case 'closed':
      return stay(position);
  }
}

function onShutdownAsked(position: Position): Step {
  switch (position.phase) {
    case 'flat':
      return abandoned(position.rebuy);
    case 'buy-parked':
      return abandoned(position.next.rebuy);
    case 'buying':
      return {
        position: position.ending ? position : { ...position, ending: true },
        // One that has ended waits for its fills to be known; there is nothing left to cancel.
        action: isOpen(position.buy.status) ? { kind: 'cancel-order', request: position.buy.request } : null,
      };
    case 'selling':
    case 'sell-parked':
    case 'closed':
      return stay(position);
  }
}

const nextFlat = (buy: Leg, rebuy: Rebuy): Flat => ({
  phase: 'flat',
  attempt: buy.attempt + 1,
  rebuy: rebuy.status,
});

const parkBuy = (why: ParkReason, next: Flat): Step => ({
  position: { phase: 'buy-parked', why, next },
  action: { kind: 'park', why },
});

const parkSell = (why: ParkReason, parked: Omit<SellParked, 'phase' | 'why'>): Step => ({
  position: { phase: 'sell-parked', why, ...parked },
  action: { kind: 'park', why },
});

const close = (
  result: CycleResult,
  rebuy: RebuyStatus,
  legs: Pick<Closed, 'buy' | 'sell' | 'earlierSells'>,
): Step => ({
  position: { phase: 'closed', result, rebuy, ...legs },
  action: { kind: 'close', result },
});

const abandoned = (rebuy: RebuyStatus): Step =>
  close({ kind: 'abandoned' }, rebuy, { buy: null, sell: null, earlierSells: NO_SELLS });
