import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SteppedPacing } from '../../../src/backtest/stepped-pacing.js';
import type { Order } from '../../../src/domain/order.js';
import { BinanceMock, type BinanceMockProtocol } from '../../../src/exchange/mock/binance-mock.js';
import { mockExchange } from '../../../src/exchange/mock/mock-exchange.js';
import {
  type ActorSystem,
  childSpec,
  type Pid,
  PubSub,
  type PubSubProtocol,
  publish,
  Supervisor,
  subscribeTo,
} from '../../../src/otp/index.js';
import type { Exchange } from '../../../src/ports/exchange.js';
import {
  type LedgerChange,
  type LedgerContents,
  NO_LEDGER,
  type OrderLedger,
} from '../../../src/ports/order-ledger.js';
import { type Pacing, UNPACED } from '../../../src/ports/pacing.js';
import { executions, orders, tradeEvents } from '../../../src/ports/topics.js';
import { anOrder, aTradeEvent, type Told } from '../../../src/testing/index.js';
import { actorNamed, aSystem, aWorker, seenBy, settle } from '../../support/actors.js';
import { CONTRACT_SYMBOLS, exchangeContract } from '../../support/exchange-contract.js';

/** Keeps orders, and notes when. `refusals` are what it rejects with, each once, for the states named. */
class NotingLedger implements OrderLedger {
  readonly kept = new Map<number, Order>();
  readonly saves: string[] = [];
  readonly refusals = new Map<string, Error>();

  async load(): Promise<LedgerContents> {
    const kept = [...this.kept.values()].map((order) => ({ account: 'main', order }));
    return { orders: kept, forgotten: [], balances: [] };
  }

  async save({ order }: LedgerChange): Promise<void> {
    const what = `${order.status} ${order.orderId}`;
    const refusal = this.refusals.get(what);
    this.refusals.delete(what);
    await Promise.resolve();
    if (refusal !== undefined) throw refusal;
    this.saves.push(what);
    this.kept.set(order.orderId, order);
  }
}

interface Stage {
  readonly system: ActorSystem;
  readonly exchange: Exchange;
  readonly mock: Pid<BinanceMockProtocol> | undefined;
  readonly told: readonly (Told | { readonly kind: 'order-update' })[];
  trade(price: string, fields?: Parameters<typeof aTradeEvent>[0]): Promise<void>;
}

/** BinanceMock, and a listener on all topics of XRPUSDT. */
async function aStage(pacing: Pacing = UNPACED, ledger: OrderLedger = NO_LEDGER): Promise<Stage> {
  const { system, clock } = aSystem();
  clock.advance(500);
  const pubsub = system.spawn<PubSubProtocol>(PubSub, undefined, 'PubSub');
  const spec = childSpec<BinanceMockProtocol>({
    id: 'BinanceMock',
    server: BinanceMock,
    arg: { symbols: CONTRACT_SYMBOLS, pubsub, pacing, clock, ledger },
    register: 'BinanceMock',
  });
  system.spawn(Supervisor, { children: [spec] }, 'exchanges');
  const listener = aWorker(system, 'listener');
  for (const topic of [executions, orders, tradeEvents])
    subscribeTo(system, pubsub, topic('XRPUSDT'), listener);
  await settle(system);
  const mock = system.registry.via<BinanceMockProtocol>('BinanceMock');
  return {
    system,
    exchange: mockExchange(system, mock),
    mock: mock.whereis(),
    get told() {
      return seenBy(listener) as Stage['told'];
    },
    async trade(price, fields = {}) {
      const event = aTradeEvent({ price, ...fields });
      publish(system, pubsub, tradeEvents(event.symbol), event);
      await settle(system);
    },
  };
}

exchangeContract('BinanceMock', async () => {
  const stage = await aStage();
  return {
    exchange: stage.exchange,
    get told() {
      return stage.told;
    },
    marketTradesAt: (price) => stage.trade(price),
    settle: () => settle(stage.system),
    stop: () => stage.system.stop(),
  };
});

describe('BinanceMock', () => {
  let stage: Stage;
  let exchange: Exchange;
  let lastId: number;
  beforeEach(async () => {
    stage = await aStage();
    ({ exchange } = stage);
    lastId = 0;
  });
  afterEach(() => stage.system.stop());

  async function place(fields: Parameters<typeof anOrder>[0] = {}) {
    const request = anOrder({ clientOrderId: `c${++lastId}`, ...fields });
    const { symbol, side, price, quantity, clientOrderId } = request;
    return exchange.placeOrder({ symbol, side, price, quantity, clientOrderId });
  }
  const briefly = (): string[] =>
    stage.told.map((told) => {
      if (told.kind === 'execution-report') return `report ${told.executionType} ${told.orderId}`;
      return told.kind === 'trade-event' ? `trade ${told.tradeId}` : 'order';
    });

  it('tells of each fill in turn: the report, the order, the print', async () => {
    await place({ price: '100' });
    await place({ price: '101' });
    await stage.trade('99', { tradeId: 5 });
    expect(briefly()).toEqual([
      'report NEW 1',
      'order',
      'report NEW 2',
      'order',
      'trade 5',
      'report TRADE 2',
      'order',
      'trade -1',
      'report TRADE 1',
      'order',
      'trade -2',
    ]);
  });

  it('does not fill orders by a print of its own', async () => {
    await place({ side: 'BUY', price: '100' });
    // The print at 100 lies strictly through this one.
    await place({ side: 'SELL', price: '99.5' });
    await stage.trade('99');
    expect((await exchange.openOrders()).map(({ side }) => side)).toEqual(['SELL']);
    await stage.trade('100', { origin: 'mock-print', tradeId: -9 });
    expect(await exchange.openOrders()).toHaveLength(1);
  });

  it('holds fills back until they are let through: the order looks open, and can no longer be cancelled', async () => {
    await stage.system.stop();
    const pacing = new SteppedPacing();
    stage = await aStage(pacing);
    ({ exchange } = stage);
    await place();
    await stage.trade('99');
    expect(briefly()).toEqual(['report NEW 1', 'order', 'trade 1']);
    expect(await exchange.getOrder('XRPUSDT', { orderId: 1 })).toMatchObject({ order: { status: 'NEW' } });
    expect(await exchange.cancelOrder('XRPUSDT', { orderId: 1 })).toMatchObject({ code: -2011 });
    expect(pacing.tellFills()).toBe(true);
    await settle(stage.system);
    expect(briefly().slice(3)).toEqual(['report TRADE 1', 'order', 'trade -1']);
    expect(await exchange.getOrder('XRPUSDT', { orderId: 1 })).toMatchObject({ order: { status: 'FILLED' } });
    expect(pacing.tellFills()).toBe(false);
  });

  it('stamps an order with the time of the last trade, and before any with the clock', async () => {
    expect(await place()).toMatchObject({ order: { createdTime: 500 } });
    await stage.trade('100', { tradeTime: 77_000 });
    expect(await place()).toMatchObject({ order: { createdTime: 77_000 } });
  });

  it('stamps the first order too with the time of the trade, once its symbol was asked about', async () => {
    await exchange.symbolInfo('XRPUSDT');
    await stage.trade('100', { tradeTime: 77_000 });
    expect(await place()).toMatchObject({ order: { createdTime: 77_000 } });
  });

  it('shows what it does', async () => {
    await place();
    await stage.trade('99');
    const [root] = [...stage.system.roots.values()].filter(({ name }) => name === 'exchanges');
    expect(root?.children.get('BinanceMock')?.inspect()).toEqual({
      symbols: ['XRPUSDT'],
      placed: 1,
      filled: 1,
    });
  });

  it('is of unknown outcome, or not available, while it has crashed', async () => {
    if (stage.mock === undefined) throw new Error('it does not run');
    const placing = place();
    const cancelling = exchange.cancelOrder('XRPUSDT', { orderId: 1 });
    const looking = exchange.getOrder('XRPUSDT', { orderId: 1 });
    const symbols = exchange.symbolInfo('XRPUSDT');
    const open = exchange.openOrders();
    stage.system.kill(stage.mock);
    expect(await placing).toEqual({ kind: 'outcome-unknown' });
    expect(await cancelling).toEqual({ kind: 'outcome-unknown' });
    expect(await looking).toEqual({ kind: 'unavailable', retryAfterMs: 100 });
    await expect(symbols).rejects.toThrow('killed');
    await expect(open).rejects.toThrow('killed');
    await settle(stage.system);
    expect(await exchange.symbolInfo('XRPUSDT')).toMatchObject({ symbol: 'XRPUSDT' });
  });
});

describe('BinanceMock with a ledger', () => {
  let stage: Stage;
  let ledger: NotingLedger;
  beforeEach(async () => {
    ledger = new NotingLedger();
    stage = await aStage(UNPACED, ledger);
  });
  afterEach(() => stage.system.stop());

  const place = (clientOrderId: string, price = '100') => {
    const { symbol, side, quantity, ...order } = anOrder({ price });
    return stage.exchange.placeOrder({ symbol, side, quantity, price: order.price, clientOrderId });
  };
  async function crash(): Promise<void> {
    stage.system.kill(actorNamed(stage.system, 'BinanceMock'), new Error('crashed'));
    await settle(stage.system);
  }
  const reports = () =>
    stage.told.flatMap((told) =>
      told.kind === 'execution-report' ? [`${told.executionType} ${told.orderId}`] : [],
    );

  it('is an exchange like any other', async () => {
    const outcome = await place('a');
    if (outcome.kind !== 'placed') throw new Error(`it was ${outcome.kind}`);
    expect(ledger.kept.get(1)).toEqual(outcome.order);
    await place('b', '90');
    await stage.trade('99');
    await stage.exchange.cancelOrder('XRPUSDT', { clientOrderId: 'b' });
    await settle(stage.system);
    expect(ledger.saves).toEqual(['NEW 1', 'NEW 2', 'FILLED 1', 'CANCELED 2']);
    expect(reports()).toEqual(['NEW 1', 'NEW 2', 'TRADE 1', 'CANCELED 2']);
  });

  it('has kept what it tells of before it tells', async () => {
    let told: string[] = [];
    const save = ledger.save.bind(ledger);
    ledger.save = async (change) => {
      await new Promise((resolve) => setImmediate(resolve));
      await save(change);
      told = [...told, `${change.order.status} kept after ${reports().join(', ')}`];
    };
    await place('a');
    await stage.trade('99');
    expect(told).toEqual(['NEW kept after ', 'FILLED kept after NEW 1']);
    expect(reports()).toEqual(['NEW 1', 'TRADE 1']);
  });

  it('has its orders again after a crash, and goes on with its ids', async () => {
    await place('a');
    await place('b', '95');
    await stage.trade('99');
    await crash();
    expect(await stage.exchange.getOrder('XRPUSDT', { clientOrderId: 'a' })).toMatchObject({
      order: { orderId: 1, status: 'FILLED' },
    });
    expect(await stage.exchange.openOrders()).toMatchObject([{ orderId: 2, clientOrderId: 'b' }]);
    expect(await place('b')).toMatchObject({ kind: 'rejected', code: -2010 });
    expect(await place('c')).toMatchObject({ kind: 'placed', order: { orderId: 3 } });
  });

  it('fills after a crash what was open before it, without being asked for the symbol', async () => {
    await place('a');
    await crash();
    await stage.trade('99');
    expect(reports()).toEqual(['NEW 1', 'TRADE 1']);
    expect(stage.told.flatMap((told) => (told.kind === 'trade-event' ? [told.tradeId] : []))).toEqual([
      1, -1,
    ]);
  });

  it('fills by the next trade what it was about to fill when it crashed', async () => {
    await stage.system.stop();
    const pacing = new SteppedPacing();
    stage = await aStage(pacing, ledger);
    await place('a');
    await stage.trade('99');
    await crash();
    pacing.tellFills();
    await settle(stage.system);
    expect(ledger.saves).toEqual(['NEW 1']);
    await stage.trade('99', { tradeId: 2 });
    pacing.tellFills();
    await settle(stage.system);
    expect(ledger.saves).toEqual(['NEW 1', 'FILLED 1']);
    expect(reports()).toEqual(['NEW 1', 'TRADE 1']);
  });

  it('has not placed what the ledger refused: the outcome is unknown, and a look-up is sure', async () => {
    ledger.refusals.set('NEW 1', new Error('disk full'));
    expect(await place('a')).toEqual({ kind: 'outcome-unknown' });
    await settle(stage.system);
    expect(await stage.exchange.getOrder('XRPUSDT', { clientOrderId: 'a' })).toEqual({ kind: 'absent' });
    expect(reports()).toEqual([]);
    expect(await place('a')).toMatchObject({ kind: 'placed', order: { orderId: 1 } });
  });

  it('has not cancelled what the ledger refused', async () => {
    await place('a');
    ledger.refusals.set('CANCELED 1', new Error('disk full'));
    expect(await stage.exchange.cancelOrder('XRPUSDT', { orderId: 1 })).toEqual({ kind: 'outcome-unknown' });
    await settle(stage.system);
    expect(await stage.exchange.openOrders()).toMatchObject([{ orderId: 1 }]);
    expect(reports()).toEqual(['NEW 1']);
  });

  it('tells no fill that the ledger refused, and fills the rest by the next trade', async () => {
    for (const clientOrderId of ['a', 'b', 'c']) await place(clientOrderId);
    ledger.refusals.set('FILLED 2', new Error('disk full'));
    await stage.trade('99');
    expect(reports().slice(3)).toEqual(['TRADE 1']);
    await stage.trade('99', { tradeId: 2 });
    expect(reports().slice(3)).toEqual(['TRADE 1', 'TRADE 2', 'TRADE 3']);
    expect(ledger.saves.slice(3)).toEqual(['FILLED 1', 'FILLED 2', 'FILLED 3']);
  });
});
