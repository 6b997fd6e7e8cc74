import type { Balance } from '../../src/domain/account.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { Fill, Order } from '../../src/domain/order.js';
import { API_KEY, type Json, signedByHmac } from './simulator.js';

/** What the demo account of a simulator has, as anybody with its key can see over REST. */
export class ExchangeAccount {
  constructor(private readonly port: number) {}

  /** Every order of a symbol there ever was, with its fills. */
  async orders(symbol: string): Promise<readonly Order[]> {
    const [orders, trades] = await Promise.all([
      this.everything('allOrders', symbol, 'orderId', ({ orderId }) => orderId),
      this.everything('myTrades', symbol, 'fromId', ({ id }) => id),
    ]);
    return orders.map((order) => ({
      symbol,
      side: order.side,
      price: new Decimal(order.price),
      quantity: new Decimal(order.origQty),
      clientOrderId: order.clientOrderId,
      orderId: order.orderId,
      status: order.status,
      executedQuantity: new Decimal(order.executedQty),
      fills: trades.filter(({ orderId }) => orderId === order.orderId).map(fillOf),
      createdTime: order.time,
      updatedTime: order.updateTime,
    }));
  }

  async balances(): Promise<readonly Balance[]> {
    const { balances } = await this.get('account', {});
    return balances.map(({ asset, free, locked }: Json) => ({
      asset,
      free: new Decimal(free),
      locked: new Decimal(locked),
    }));
  }

  /** The id of the last public trade of a symbol. */
  async lastTrade(symbol: string): Promise<number> {
    const [last] = await this.fetched(`trades?symbol=${symbol}&limit=1`);
    return last.id;
  }

  private async everything(path: string, symbol: string, from: string, idOf: (item: Json) => number) {
    const all: Json[] = [];
    for (let next = 1; ; next = idOf(all.at(-1)) + 1) {
      const page: Json[] = await this.get(path, { symbol, [from]: next, limit: 1_000 });
      all.push(...page);
      if (page.length < 1_000) return all;
    }
  }

  private get(path: string, params: Readonly<Record<string, string | number>>): Promise<Json> {
    const all = Object.entries({ ...params, timestamp: Date.now() });
    const query = new URLSearchParams(
      all.map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return this.fetched(`${path}?${query}&signature=${signedByHmac(query)}`);
  }

  private async fetched(pathAndQuery: string): Promise<Json> {
    const url = `http://127.0.0.1:${this.port}/api/v3/${pathAndQuery}`;
    const response = await fetch(url, { headers: { 'X-MBX-APIKEY': API_KEY } });
    const body = await response.json();
    if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(body)}`);
    return body;
  }
}

const fillOf = ({ id, price, qty, commission, commissionAsset, time }: Json): Fill => ({
  tradeId: id,
  price: new Decimal(price),
  quantity: new Decimal(qty),
  commission: new Decimal(commission),
  commissionAsset,
  time,
});
