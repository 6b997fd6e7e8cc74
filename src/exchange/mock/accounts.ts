import type { Balance } from '../../domain/account.js';
import { type Decimal, isBelow, ZERO } from '../../domain/decimal.js';
import type { Fill, Order, OrderRequest } from '../../domain/order.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';

/** The account of an exchange that is asked for none by name. */
export const MAIN = 'main';

/** Account name -> asset -> what it has free to begin with. */
export type StartingBalances = ReadonlyMap<string, ReadonlyMap<string, Decimal>>;

interface Funds {
  free: Decimal;
  locked: Decimal;
}

const NO_BALANCES: readonly Balance[] = [];

/**
 * What the accounts of an exchange have, free and locked by open orders. An open BUY locks price x quantity of the quote
 * asset, an open SELL its quantity of the base asset, each for as much as is not filled; so what is locked follows from the
 * open orders alone.
 */
export class Accounts {
  private readonly byName = new Map<string, Map<string, Funds>>();
  /** Whether there are balances at all; otherwise there is one account, which can pay for everything. */
  readonly areKept: boolean;

  constructor(starting: StartingBalances | undefined) {
    this.areKept = starting !== undefined;
    if (starting === undefined) this.byName.set(MAIN, new Map());
    for (const [account, assets] of starting ?? []) {
      this.byName.set(account, new Map());
      for (const [asset, free] of assets) this.restore(account, { asset, free });
    }
  }

  /** @throws Error when there is no such account: whoever asks should have known */
  check(account: string): void {
    if (!this.byName.has(account)) throw new Error(`the mock exchange has no account ${account}`);
  }

  /** Everything that an account has or had, by asset. */
  balances(account: string): readonly Balance[] {
    this.check(account);
    const assets = [...(this.byName.get(account) ?? [])];
    return assets
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([asset, { free, locked }]) => ({ asset, free, locked }));
  }

  /** What an account has of the two assets of a symbol. */
  balancesIn(account: string, { baseAsset, quoteAsset }: SymbolInfo): readonly Balance[] {
    if (!this.areKept) return NO_BALANCES;
    return [baseAsset, quoteAsset].map((asset) => {
      const { free, locked } = this.fundsOf(account, asset);
      return { asset, free, locked };
    });
  }

  /** Everything that an account has of an asset, base or quote, locked or not. */
  total(account: string, asset: string): Decimal {
    const { free, locked } = this.fundsOf(account, asset);
    return free.plus(locked);
  }

  canPay(account: string, info: SymbolInfo, request: OrderRequest): boolean {
    if (!this.areKept) return true;
    const { asset, amount } = payment(info, request, request.quantity);
    return !isBelow(this.fundsOf(account, asset).free, amount);
  }

  /** Locks what the order needs. */
  lock(account: string, info: SymbolInfo, order: OrderRequest): void {
    if (!this.areKept) return;
    const { asset, amount } = payment(info, order, order.quantity);
    const funds = this.fundsOf(account, asset);
    funds.free = funds.free.minus(amount);
    funds.locked = funds.locked.plus(amount);
  }

  /** Releases what an order that has ended still held. */
  release(account: string, info: SymbolInfo, order: Order): void {
    if (!this.areKept) return;
    const { asset, amount } = payment(info, order, order.quantity.minus(order.executedQuantity));
    const funds = this.fundsOf(account, asset);
    funds.free = funds.free.plus(amount);
    funds.locked = funds.locked.minus(amount);
  }

  /** Pays for a fill out of what the order locked, and takes in what it bought less the commission. */
  settle(account: string, info: SymbolInfo, order: Order, { price, quantity, commission }: Fill): void {
    if (!this.areKept) return;
    const paid = payment(info, order, quantity);
    const payer = this.fundsOf(account, paid.asset);
    payer.locked = payer.locked.minus(paid.amount);
    // A fill at a better price than the order's costs less than was locked for it.
    const cost = order.side === 'BUY' ? price.times(quantity) : quantity;
    payer.free = payer.free.plus(paid.amount.minus(cost));
    const { asset, amount } = received(info, order, price, quantity);
    const receiver = this.fundsOf(account, asset);
    receiver.free = receiver.free.plus(amount.minus(commission));
  }

  /** What an account had free when it was kept. */
  restore(account: string, { asset, free }: Pick<Balance, 'asset' | 'free'>): void {
    if (this.areKept) this.fundsOf(account, asset).free = free;
  }

  /** Locks what an order that was kept open holds: that is not free already. */
  relock(account: string, info: SymbolInfo, order: Order): void {
    if (!this.areKept) return;
    const { asset, amount } = payment(info, order, order.quantity.minus(order.executedQuantity));
    const funds = this.fundsOf(account, asset);
    funds.locked = funds.locked.plus(amount);
  }

  private fundsOf(account: string, asset: string): Funds {
    const assets = this.byName.get(account) ?? new Map<string, Funds>();
    this.byName.set(account, assets);
    const funds = assets.get(asset) ?? { free: ZERO, locked: ZERO };
    assets.set(asset, funds);
    return funds;
  }
}

interface Amount {
  readonly asset: string;
  readonly amount: Decimal;
}

/** What an order holds for so much of the base asset. */
const payment = (
  { baseAsset, quoteAsset }: SymbolInfo,
  { side, price }: OrderRequest,
  quantity: Decimal,
): Amount =>
  side === 'BUY'
    ? { asset: quoteAsset, amount: price.times(quantity) }
    : { asset: baseAsset, amount: quantity };

/** What a fill brings, before commission. */
export const received = (
  { baseAsset, quoteAsset }: SymbolInfo,
  { side }: Pick<OrderRequest, 'side'>,
  price: Decimal,
  quantity: Decimal,
): Amount =>
  side === 'BUY'
    ? { asset: baseAsset, amount: quantity }
    : { asset: quoteAsset, amount: price.times(quantity) };
