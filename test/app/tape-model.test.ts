import { describe, expect, it } from '@jest/globals';
import { compose, type Engine } from '../../src/app/compose.js';
import { mockPart } from '../../src/app/exchange-part.js';
import { type Decimal, ZERO } from '../../src/domain/decimal.js';
import type { Order } from '../../src/domain/order.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import type { BinanceMockProtocol } from '../../src/exchange/mock/binance-mock.js';
import { publish } from '../../src/otp/index.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import type { Cycle, CycleStore } from '../../src/ports/cycle-store.js';
import type { OrderLedger } from '../../src/ports/order-ledger.js';
import { UNPACED } from '../../src/ports/pacing.js';
import { tradeEvents } from '../../src/ports/topics.js';
import { baseCommission } from '../../src/strategy/leg.js';
import type { Position } from '../../src/strategy/position.js';
import { aSymbol, aTradeEvent, decimal, someSettings } from '../../src/testing/index.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';
import { DatabaseCycleStore } from '../../src/warehouse/database-cycle-store.js';
import { DatabaseOrderLedger } from '../../src/warehouse/database-order-ledger.js';
import { actorNamed } from '../support/actors.js';
import { testDatabase } from '../support/database.js';
import { aLog } from '../support/log.js';
import { Random } from '../support/random.js';

// Far more than the budget: what is too little to be sold again piles up.
const START = decimal('10000');
const ACCOUNTS = new Map([['main', new Map([['USDT', START]])]]);
const db = testDatabase();

/** Trades that go up and down between 98 and 103, of a tenth to three of the base asset each. */
class Tape {
  private lastTradeId = 0;

  constructor(readonly random: Random) {}

  next(): TradeEvent {
    const tradeId = ++this.lastTradeId;
    const level = Math.abs((tradeId % 40) - 20) * 20 + this.random.below(100);
    const price = decimal('98')
      .plus(decimal(`${level}`).times('0.01'))
      .toFixed();
    const quantity = decimal(`${1 + this.random.below(30)}`)
      .times('0.1')
      .toFixed();
    return aTradeEvent({ price, quantity, tradeId });
  }
}

/** Traders on a paper account whose orders fill in parts. It can be stopped, and started again with what was kept. */
class PaperTrading {
  engine!: Engine;
  readonly ended: Cycle[] = [];
  private log = aLog();

  constructor(
    private readonly tape: Tape,
    private readonly kept: { readonly cycles: CycleStore; readonly ledger?: OrderLedger },
  ) {}

  async start(): Promise<void> {
    this.engine = compose({
      clock: new SimClock(),
      log: this.log,
      exchange: mockPart({
        symbols: [aSymbol({ minNotional: '1' })],
        fillModel: 'tape',
        accounts: ACCOUNTS,
        ...(this.kept.ledger === undefined ? {} : { ledger: this.kept.ledger }),
      }),
      pacing: UNPACED,
      cycles: this.kept.cycles,
      onCycleEnd: (cycle) => this.ended.push(cycle),
    });
    await this.settle();
    const settings = someSettings({ chunks: 3, budget: '900', rebuyInterval: '0.005', profitInterval: '0' });
    await this.engine.trading.start('XRPUSDT', settings);
    await this.settle();
  }

  async trade(): Promise<void> {
    publish(this.engine.system, this.engine.pubsub, tradeEvents('XRPUSDT'), this.tape.next());
    await this.settle();
  }

  async crash(victim: string): Promise<void> {
    this.engine.system.kill(actorNamed(this.engine.system, victim), new Error('crashed'));
    await this.settle();
  }

  settle(): Promise<void> {
    return this.engine.system.quiesce();
  }

  orders(): Promise<readonly Order[]> {
    const mock = this.engine.system.registry.via<BinanceMockProtocol>('BinanceMock');
    return this.engine.system.call(mock, 'orders', { account: 'main', symbol: 'XRPUSDT' });
  }

  async total(asset: string): Promise<Decimal> {
    const mock = this.engine.system.registry.via<BinanceMockProtocol>('BinanceMock');
    const balances = await this.engine.system.call(mock, 'balances', 'main');
    const { free, locked } = balances.find((balance) => balance.asset === asset) ?? {
      free: ZERO,
      locked: ZERO,
    };
    return free.plus(locked);
  }

  get warnings(): readonly string[] {
    return this.log.entries.flatMap(({ level, message }) => (level === 'warn' ? [message] : []));
  }
}

const sum = (values: readonly Decimal[]): Decimal => values.reduce((total, value) => total.plus(value), ZERO);

/** Base asset that a cycle has bought and not sold. */
function heldBy(position: Position): Decimal {
  if (position.phase === 'flat' || position.phase === 'buy-parked' || position.buy === null) return ZERO;
  const sells = position.phase === 'buying' ? [] : [...position.earlierSells];
  if ((position.phase === 'selling' || position.phase === 'closed') && position.sell !== null)
    sells.push(position.sell);
  const sold = sum(sells.map(({ filled }) => filled));
  return position.buy.filled.minus(baseCommission(position.buy)).minus(sold);
}

/** What the traders believe they have is what the account has, and no order was more than it could pay for. */
async function check(paper: PaperTrading, open: readonly Cycle[]): Promise<void> {
  const held = sum([...paper.ended, ...open].map(({ position }) => heldBy(position)));
  expect(held.toFixed()).toBe((await paper.total('XRP')).toFixed());
  expect(paper.warnings.filter((message) => message.startsWith('parked'))).toEqual([]);
  const orders = await paper.orders();
  const spent = sum(
    orders.flatMap(({ side, fills }) =>
      fills.map(({ price, quantity, commission, commissionAsset }) => {
        const amount = price.times(quantity);
        return side === 'BUY'
          ? amount
          : amount.times('-1').plus(commissionAsset === 'USDT' ? commission : ZERO);
      }),
    ),
  );
  expect((await paper.total('USDT')).toFixed()).toBe(START.minus(spent).toFixed());
}

const partial = (orders: readonly Order[], side: string): number =>
  orders.filter((order) => order.side === side && order.fills.length > 1).length;

describe('traders whose orders fill in parts', () => {
  it.each([1, 2, 3, 4])('sell exactly what they have: seed %i', async (seed) => {
    const cycles = new MemoryCycleStore();
    const paper = new PaperTrading(new Tape(new Random(seed)), { cycles });
    await paper.start();
    for (let count = 0; count < 400; count++) await paper.trade();
    const open = cycles.lead('XRPUSDT').cycles;
    await check(paper, open);
    const orders = await paper.orders();
    expect(paper.ended.length).toBeGreaterThan(3);
    expect([partial(orders, 'BUY'), partial(orders, 'SELL')].every((count) => count > 0)).toBe(true);
    // The fee of the account, not that of the settings.
    expect([...paper.ended, ...open].every(({ settings }) => settings.fee.eq('0.001'))).toBe(true);
    await paper.engine.stop();
  });

  it('go on with the same cycles, orders and balances from the database, with orders filled in part', async () => {
    await db.empty();
    const { kysely } = db.database;
    await kysely.insertInto('symbols').values({ symbol: 'XRPUSDT' }).execute();
    const retry = <T>(work: () => Promise<T>): Promise<T> => work();
    const tape = new Tape(new Random(7));
    const kept = async () => ({
      cycles: await DatabaseCycleStore.open(kysely, retry),
      ledger: new DatabaseOrderLedger(kysely, retry),
    });
    let paper = new PaperTrading(tape, await kept());
    await paper.start();
    let restarts = 0;
    let partly = 0;
    const ended: Cycle[] = [];
    for (let count = 0; count < 150; count++) {
      await paper.trade();
      if (count % 10 === 3) await paper.crash(tape.random.pick(['BinanceMock', 'Leader XRPUSDT', 'PubSub']));
      if (count % 25 !== 24) continue;
      const before = await paper.orders();
      partly += before.filter(({ status }) => status === 'PARTIALLY_FILLED').length;
      await paper.engine.stop();
      ended.push(...paper.ended);
      paper = new PaperTrading(tape, await kept());
      await paper.start();
      restarts++;
      const after = await paper.orders();
      expect(JSON.stringify(after.slice(0, before.length))).toBe(JSON.stringify(before));
    }
    expect([restarts, partly > 0]).toEqual([6, true]);
    // How many have ended by now depends on when who crashed came back.
    for (let more = 0; more < 400 && ended.length + paper.ended.length <= 3; more++) await paper.trade();
    const open = (await (await kept()).cycles.lead('XRPUSDT')).cycles;
    paper.ended.push(...ended);
    await check(paper, open);
    expect(paper.ended.length).toBeGreaterThan(3);
    await paper.engine.stop();
  });
});
