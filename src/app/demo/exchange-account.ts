import type { Decimal } from '../../domain/decimal.js';
import type { BinanceRest } from '../../exchange/binance/binance-rest.js';
import { account, MOST_TRADES, myTrades, openOrders } from '../../exchange/binance/rest/requests.js';

/** By asset: what is free and what is in open orders, together. */
export type Balances = ReadonlyMap<string, Decimal>;

/** What the exchange itself says of our account. */
export interface ExchangeAccount {
  readonly balances: Balances;
  /** By symbol, the ids of the orders that rest, ascending. */
  readonly openOrders: ReadonlyMap<string, readonly number[]>;
}

/** Null when it does not answer, here and below. */
export async function balancesOf(rest: BinanceRest): Promise<Balances | null> {
  const answer = await rest.ask(account);
  if (answer.kind !== 'ok') return null;
  return new Map(answer.value.balances.map(({ asset, free, locked }) => [asset, free.plus(locked)]));
}

export async function exchangeAccount(
  rest: BinanceRest,
  symbols: Iterable<string>,
): Promise<ExchangeAccount | null> {
  const balances = await balancesOf(rest);
  const open = new Map<string, readonly number[]>();
  for (const symbol of symbols) {
    const answer = await rest.ask(openOrders(symbol));
    if (answer.kind !== 'ok') return null;
    open.set(
      symbol,
      answer.value.map(({ orderId }) => orderId).toSorted((a, b) => a - b),
    );
  }
  return balances && { balances, openOrders: open };
}

/** How many fills it knows of a symbol. */
export async function exchangeFills(rest: BinanceRest, symbol: string): Promise<number | null> {
  let fills = 0;
  for (let fromId = 0; ; ) {
    const page = await rest.ask(myTrades(symbol, { fromId }));
    if (page.kind !== 'ok') return null;
    fills += page.value.length;
    const last = page.value.at(-1);
    if (last === undefined || page.value.length < MOST_TRADES) return fills;
    fromId = last.fill.tradeId + 1;
  }
}
