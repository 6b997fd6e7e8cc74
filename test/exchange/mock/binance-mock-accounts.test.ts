import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SteppedPacing } from '../../../src/backtest/stepped-pacing.js';
import type { AccountEvent } from '../../../src/domain/account.js';
import type { TradeEvent } from '../../../src/domain/trade-event.js';
import {
  BinanceMock,
  type BinanceMockArg,
  type BinanceMockProtocol,
} from '../../../src/exchange/mock/binance-mock.js';
import { mockExchange } from '../../../src/exchange/mock/mock-exchange.js';
import {
  type ActorSystem,
  childSpec,
  PubSub,
  type PubSubProtocol,
  publish,
  Supervisor,
  subscribeTo,
} from '../../../src/otp/index.js';
import {
  type ForgottenOrders,
  type KeptBalance,
  type KeptOrder,
  type LedgerChange,
  type LedgerContents,
  NO_LEDGER,
  type OrderLedger,
} from '../../../src/ports/order-ledger.js';
import { UNPACED } from '../../../src/ports/pacing.js';
import { accountEvents, executions, market, orders, tradeEvents } from '../../../src/ports/topics.js';
import { anOrder, aSymbol, aTradeEvent, decimal, type Told } from '../../../src/testing/index.js';
import { actorNamed, aSystem, aWorker, seenBy, settle } from '../../support/actors.js';

/** Keeps what a database would. */
class KeepingLedger implements OrderLedger {
  readonly orders = new Map<number, KeptOrder>();
  readonly balances = new Map<string, KeptBalance>();
  forgotten: readonly ForgottenOrders[] = [];
  saves = 0;

  async load(): Promise<LedgerContents> {
    const { forgotten } = this;
    return { orders: [...this.orders.values()], forgotten, balances: [...this.balances.values()] };
  }

  async save({ account, order, balances }: LedgerChange): Promise<void> {
    await Promise.resolve();
    this.saves++;
    this.orders.set(order.orderId, { account, order });
    for (const balance of balances) this.balances.set(`${account} ${balance.asset}`, { account, ...balance });
  }
}

const ACCOUNTS = new Map([
  ['main', new Map([['USDT', decimal('1000')]])],
  ['other', new Map([['XRP', decimal('10')]])],
]);

async function aStage(given: Partial<BinanceMockArg> = {}) {
  const { system, clock } = aSystem();
  clock.advance(500);
  const pubsub = system.spawn<PubSubProtocol>(PubSub, undefined, 'PubSub');
  const arg: BinanceMockArg = {
    symbols: [aSymbol(), aSymbol({ symbol: 'ETHUSDT', baseAsset: 'ETH' })],
    pubsub,
    pacing: UNPACED,
    clock,
    ledger: NO_LEDGER,
    fillModel: 'tape',
    accounts: ACCOUNTS,
    ...given,
  };
  const spec = childSpec<BinanceMockProtocol>({
    id: 'BinanceMock',
    server: BinanceMock,
    arg,
    register: 'BinanceMock',
  });
  system.spawn(Supervisor, { children: [spec] }, 'exchanges');
  const listener = aWorker(system, 'listener');
  for (const symbol of ['XRPUSDT', 'ETHUSDT'])
    for (const topic of [executions, orders, tradeEvents])
      subscribeTo(system, pubsub, topic(symbol), listener);
  for (const account of ['main', 'other']) subscribeTo(system, pubsub, accountEvents(account), listener);
  await settle(system);
  const mock = system.registry.via<BinanceMockProtocol>('BinanceMock');
  return {
    system,
    clock,
    mock,
    main: mockExchange(system, mock),
    other: mockExchange(system, mock, 'other'),
    get told() {
      return seenBy(listener) as readonly (Told | AccountEvent | { readonly kind: 'order-update' })[];
    },
    /** On the topic that the mock listens to. */
    async trade(price: string, quantity: string, fields: Parameters<typeof aTradeEvent>[0] = {}) {
      const event = aTradeEvent({ price, quantity, ...fields });
      const topic = given.numbering === 'gapless' ? market : tradeEvents;
      publish(system, pubsub, topic(event.symbol), event);
      await settle(system);
    },
    async crash() {
      system.kill(actorNamed(system, 'BinanceMock'), new Error('crashed'));
      await settle(system);
    },
  };
}
type Stage = Awaited<ReturnType<typeof aStage>>;

const request = (fields: Parameters<typeof anOrder>[0]) => {
  const { symbol, side, price, quantity, clientOrderId } = anOrder(fields);
  return { symbol, side, price, quantity, clientOrderId };
};
const buy = (clientOrderId: string, fields: Parameters<typeof anOrder>[0] = {}) =>
  request({ clientOrderId, ...fields });
const sell = (clientOrderId: string, fields: Parameters<typeof anOrder>[0] = {}) =>
  request({ clientOrderId, side: 'SELL', ...fields });
const trades = (stage: Stage): TradeEvent[] =>
  stage.told.flatMap((told) => (told.kind === 'trade-event' ? [told] : []));
const balancesOf = async (system: ActorSystem, stage: Stage, account: string) =>
  (await system.call(stage.mock, 'balances', account)).map(
    ({ asset, free, locked }) => `${asset} ${free.toFixed()} ${locked.toFixed()}`,
  );

describe('BinanceMock with accounts', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await aStage();
  });
  afterEach(() => stage.system.stop());
  const accountEventsTold = () => stage.told.flatMap((told) => (told.kind === 'account-event' ? [told] : []));

  it('tells an account of each change of its orders: the report, the order, the account, the print', async () => {
    await stage.main.placeOrder(buy('a'));
    await stage.trade('99', '0.5', { tradeId: 9 });
    expect(stage.told.map(({ kind }) => kind)).toEqual([
      ...['execution-report', 'order-update', 'account-event', 'trade-event'],
      ...['execution-report', 'order-update', 'account-event', 'trade-event'],
    ]);
    const [taken, filled] = accountEventsTold();
    expect(taken).toMatchObject({
      account: 'main',
      report: { executionType: 'NEW' },
      order: { status: 'NEW' },
      fill: null,
    });
    expect(filled).toMatchObject({
      report: {
        executionType: 'TRADE',
        orderStatus: 'PARTIALLY_FILLED',
        tradeId: -1,
        commissionAsset: 'XRP',
      },
      order: { status: 'PARTIALLY_FILLED', fills: [{ tradeId: -1 }] },
      fill: { tradeId: -1 },
    });
    const shown = ({ balances }: AccountEvent) =>
      balances.map(({ asset, free, locked }) => `${asset} ${free.toFixed()} ${locked.toFixed()}`);
    expect(taken && shown(taken)).toEqual(['XRP 0 0', 'USDT 800 200']);
    expect(filled && shown(filled)).toEqual(['XRP 0.4995 0', 'USDT 800 150']);
  });

  it('tells each account of its own orders alone', async () => {
    await stage.main.placeOrder(buy('a'));
    await stage.other.placeOrder(sell('a', { price: '101' }));
    await settle(stage.system);
    expect(accountEventsTold().map(({ account, order }) => `${account} ${order.side}`)).toEqual([
      'main BUY',
      'other SELL',
    ]);
    expect((await stage.main.openOrders()).map(({ side }) => side)).toEqual(['BUY']);
    expect(await stage.other.getOrder('XRPUSDT', { clientOrderId: 'a' })).toMatchObject({
      order: { orderId: 2 },
    });
    expect(await stage.other.cancelOrder('XRPUSDT', { orderId: 1 })).toMatchObject({ code: -2011 });
    expect(await stage.other.cancelOrder('XRPUSDT', { orderId: 2 })).toMatchObject({ kind: 'cancelled' });
  });

  it('tells nothing on the topics of accounts when it has none', async () => {
    await stage.system.stop();
    stage = await aStage({ accounts: undefined });
    await stage.main.placeOrder(buy('a'));
    await settle(stage.system);
    expect(stage.told.map(({ kind }) => kind)).toEqual(['execution-report', 'order-update']);
    expect(await stage.system.call(stage.mock, 'balances', 'main')).toEqual([]);
  });

  it('rejects what an account cannot pay for, and says what each has', async () => {
    expect(await stage.main.placeOrder(sell('a'))).toEqual({
      kind: 'rejected',
      code: -2010,
      reason: 'Account has insufficient balance for requested action.',
    });
    await stage.main.placeOrder(buy('b'));
    expect(await balancesOf(stage.system, stage, 'main')).toEqual(['USDT 800 200', 'XRP 0 0']);
    expect(await balancesOf(stage.system, stage, 'other')).toEqual(['XRP 10 0']);
  });

  it('shows every order of an account, with its fills', async () => {
    await stage.main.placeOrder(buy('a'));
    await stage.main.placeOrder(buy('b', { price: '90' }));
    await stage.trade('99', '0.5');
    await stage.trade('99', '0.7');
    await stage.main.cancelOrder('XRPUSDT', { clientOrderId: 'b' });
    const known = await stage.system.call(stage.mock, 'orders', { account: 'main', symbol: 'XRPUSDT' });
    expect(
      known.map(({ status, fills }) => [status, fills.map(({ quantity }) => quantity.toFixed())]),
    ).toEqual([
      ['PARTIALLY_FILLED', ['0.5', '0.7']],
      ['CANCELED', []],
    ]);
    expect(await stage.system.call(stage.mock, 'orders', { account: 'other', symbol: 'XRPUSDT' })).toEqual(
      [],
    );
  });

  it('knows what a fill costs, and in the book model nothing of it', async () => {
    expect((await stage.main.commissionRate('XRPUSDT'))?.toFixed()).toBe('0.001');
    await stage.system.stop();
    stage = await aStage({ fillModel: 'book' });
    expect(await stage.main.commissionRate('XRPUSDT')).toBeNull();
  });

  it('cancels what is left after the fills that a trade has caused already', async () => {
    await stage.system.stop();
    const pacing = new SteppedPacing();
    stage = await aStage({ pacing });
    await stage.main.placeOrder(buy('a'));
    await stage.trade('99', '0.5');
    const cancelled = await stage.main.cancelOrder('XRPUSDT', { clientOrderId: 'a' });
    expect(cancelled).toMatchObject({
      kind: 'cancelled',
      order: { status: 'CANCELED', fills: [{ tradeId: -1 }] },
    });
    pacing.tellFills();
    await settle(stage.system);
    const reports = stage.told.flatMap((told) => (told.kind === 'execution-report' ? [told] : []));
    expect(reports.map(({ orderStatus }) => orderStatus)).toEqual(['NEW', 'PARTIALLY_FILLED', 'CANCELED']);
    expect(await balancesOf(stage.system, stage, 'main')).toEqual(['USDT 950 0', 'XRP 0.4995 0']);
  });

  it('has orders with their fills, and balances, again after a crash', async () => {
    await stage.system.stop();
    const ledger = new KeepingLedger();
    stage = await aStage({ ledger });
    await stage.main.placeOrder(buy('a'));
    await stage.other.placeOrder(sell('b', { price: '110', quantity: '4' }));
    await stage.trade('99', '0.5');
    const [before, has] = [
      await stage.main.getOrder('XRPUSDT', { clientOrderId: 'a' }),
      await balancesOf(stage.system, stage, 'main'),
    ];
    expect(ledger.saves).toBe(3);
    await stage.crash();
    expect(JSON.stringify(await stage.main.getOrder('XRPUSDT', { clientOrderId: 'a' }))).toBe(
      JSON.stringify(before),
    );
    expect(await balancesOf(stage.system, stage, 'main')).toEqual(has);
    expect(await balancesOf(stage.system, stage, 'other')).toEqual(['USDT 0 0', 'XRP 6 4']);
    await stage.trade('99', '5');
    expect(await stage.main.getOrder('XRPUSDT', { clientOrderId: 'a' })).toMatchObject({
      order: { status: 'FILLED', fills: [{ tradeId: -1 }, { tradeId: -2 }] },
    });
    expect(await balancesOf(stage.system, stage, 'main')).toEqual(['USDT 800 0', 'XRP 1.998 0']);
  });

  it('goes on with its ids after those of orders that the ledger did not load', async () => {
    await stage.system.stop();
    const ledger = new KeepingLedger();
    ledger.forgotten = [{ symbol: 'XRPUSDT', lastOrderId: 40, fills: 50, reports: 95, lastTradeId: 0 }];
    stage = await aStage({ ledger });
    expect(await stage.main.placeOrder(buy('a'))).toMatchObject({ order: { orderId: 41 } });
    await stage.trade('99', '5');
    const reports = stage.told.flatMap((told) => (told.kind === 'execution-report' ? [told] : []));
    expect(reports.map(({ executionId, tradeId }) => [executionId, tradeId])).toEqual([
      [96, null],
      [97, -51],
    ]);
  });
});

describe('BinanceMock that numbers all trades itself', () => {
  let stage: Stage;
  let ledger: KeepingLedger;
  beforeEach(async () => {
    ledger = new KeepingLedger();
    stage = await aStage({ numbering: 'gapless', ledger });
  });
  afterEach(() => stage.system.stop());
  const numbers = (symbol = 'XRPUSDT') =>
    trades(stage).flatMap((event) => (event.symbol === symbol ? [event.tradeId] : []));

  it('publishes the trades of others, numbered from 1 per symbol, whatever they were numbered and whoever asked', async () => {
    await stage.trade('100', '1', { tradeId: 77_000, tradeTime: 5 });
    await stage.trade('101', '2', { tradeId: -3, origin: 'exchange' });
    await stage.trade('9', '1', { symbol: 'ETHUSDT' });
    expect(numbers()).toEqual([1, 2]);
    expect(numbers('ETHUSDT')).toEqual([1]);
    const [first] = trades(stage);
    expect([first?.origin, first?.price.toFixed(), first?.tradeTime]).toEqual(['exchange', '100', 5]);
  });

  it('numbers its own fills among them; report, fill, order and public trade have the same number', async () => {
    await stage.main.placeOrder(buy('a'));
    await stage.main.placeOrder(buy('b', { price: '101' }));
    await stage.trade('100.5', '1');
    await stage.trade('99', '2');
    await stage.trade('100', '1');
    const shown = stage.told.flatMap((told) => {
      if (told.kind === 'execution-report') return told.tradeId === null ? [] : [`report ${told.tradeId}`];
      if (told.kind === 'account-event') return told.fill === null ? [] : [`fill ${told.fill.tradeId}`];
      return told.kind === 'trade-event' ? [`${told.origin} ${told.tradeId} ${told.quantity.toFixed()}`] : [];
    });
    expect(shown).toEqual([
      'exchange 1 1',
      ...['report 2', 'fill 2', 'exchange 2 1'],
      'exchange 3 2',
      ...['report 4', 'fill 4', 'exchange 4 1'],
      ...['report 5', 'fill 5', 'exchange 5 1'],
      'exchange 6 1',
    ]);
    const [order] = await stage.system.call(stage.mock, 'orders', { account: 'main', symbol: 'XRPUSDT' });
    expect(order?.fills.map(({ tradeId }) => tradeId)).toEqual([5]);
  });

  it('is not moved by what is published on the topic of public trades, its own least of all', async () => {
    await stage.main.placeOrder(buy('a'));
    publish(
      stage.system,
      actorNamed(stage.system, 'PubSub'),
      tradeEvents('XRPUSDT'),
      aTradeEvent({ price: '50' }),
    );
    await settle(stage.system);
    expect(await stage.main.openOrders()).toMatchObject([{ status: 'NEW' }]);
  });

  it('stamps orders with its clock', async () => {
    await stage.trade('100', '1', { tradeTime: 77 });
    expect(await stage.main.placeOrder(buy('a'))).toMatchObject({ order: { createdTime: 500 } });
  });

  it('goes on after the last number it knows of when it starts again', async () => {
    await stage.main.placeOrder(buy('a'));
    await stage.trade('99', '5');
    expect(numbers()).toEqual([1, 2]);
    await stage.crash();
    await stage.trade('99', '5');
    expect(numbers()).toEqual([1, 2, 3]);
  });

  it('goes on after what it is told was published before', async () => {
    await stage.system.stop();
    stage = await aStage({
      numbering: 'gapless',
      ledger,
      lastTradeId: (symbol) => (symbol === 'XRPUSDT' ? 41 : 0),
    });
    await stage.trade('99', '5');
    await stage.trade('9', '1', { symbol: 'ETHUSDT' });
    expect([numbers(), numbers('ETHUSDT')]).toEqual([[42], [1]]);
  });
});
