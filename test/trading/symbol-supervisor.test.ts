import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspectTree, type SupervisorProtocol, terminateChild } from '../../src/otp/index.js';
import {
  aSymbol,
  placed,
  someSettings,
  startTestEngine,
  type TestEngine,
  unanswered,
} from '../../src/testing/index.js';

const SYMBOLS = ['XRPUSDT', 'ETHUSDT', 'BTCUSDT'];
let engine: TestEngine;
beforeEach(() => {
  engine = startTestEngine({ symbols: SYMBOLS.map((symbol) => aSymbol({ symbol })) });
});
afterEach(async () => {
  engine.exchange.verify();
  await engine.stop();
});

/** Tells one incarnation from another; undefined when there is none. */
const idOf = (name: string): number | undefined => engine.system.registry.lookup(name)?.id;
const traderIds = async (symbol?: string): Promise<number[]> =>
  (await engine.tradersOf(symbol)).map(({ id }) => id);
const phases = (symbol?: string): string[] => engine.cyclesOf(symbol).map(({ position }) => position.phase);

/** Three traders: one selling, one buying with its placement unanswered, one flat. */
async function threeTraders() {
  await engine.startSymbol();
  const buy = engine.exchange.expectOrder({ price: '100' });
  const sell = engine.exchange.expectOrder({ side: 'SELL' });
  await engine.trade({ price: '100' });
  await engine.exchange.fill(buy);
  await engine.trade({ price: '98' });
  const second = engine.exchange.expectOrder({ price: '98' }, unanswered({ arrived: true }));
  await engine.trade({ price: '98' });
  await engine.trade({ price: '97' });
  expect(phases()).toEqual(['selling', 'buying', 'flat']);
  return { sell, second };
}

describe('the tree of a symbol', () => {
  it('is a supervisor with the traders’ supervisor and the Leader, in this order', async () => {
    await engine.startSymbol();
    const trading = inspectTree(engine.system)[0]?.children.find(({ name }) => name === 'Trading');
    const [symbols] = trading?.children ?? [];
    expect(symbols?.name).toBe('DynamicSymbolSupervisor');
    const [symbol] = symbols?.children ?? [];
    expect(symbol).toMatchObject({ name: 'SymbolSupervisor XRPUSDT', state: { strategy: 'one_for_all' } });
    expect(symbol?.children.map(({ name }) => name)).toEqual([
      'DynamicTraderSupervisor XRPUSDT',
      'Leader XRPUSDT',
    ]);
    expect(symbol?.children[0]?.children).toMatchObject([
      { name: 'Trader 1', state: { cycle: 1, phase: 'flat' } },
    ]);
    expect(symbol?.children[1]?.state).toEqual({ traders: '1 of 5', closedCycles: 0 });
  });

  it('shows what each trader waits for', async () => {
    await threeTraders();
    const shown = inspectTree(engine.system).flatMap(function all(actor): unknown[] {
      return [...(actor.kind === 'Trader' ? [actor.state] : []), ...actor.children.flatMap(all)];
    });
    expect(shown).toEqual([
      { cycle: 1, phase: 'selling', bought: '100.00000000', sell: '101.00000000', filled: '0' },
      { cycle: 2, phase: 'buying', buy: '98.00000000', filled: '0' },
      { cycle: 3, phase: 'flat' },
    ]);
  });

  it('cannot be started twice', async () => {
    await engine.startSymbol();
    await expect(engine.startSymbol()).rejects.toThrow('SymbolSupervisor XRPUSDT');
    expect(engine.cyclesOf()).toHaveLength(1);
  });

  it('stops at once, leaves its orders, and goes on with the same cycles when it is started again', async () => {
    const { sell, second } = await threeTraders();
    expect(await engine.stopSymbol()).toBe(true);
    expect(idOf('Leader XRPUSDT')).toBeUndefined();
    await engine.trade({ price: '50' });
    engine.exchange.fillUntold(sell);

    engine.exchange.expectLookup({ clientOrderId: sell.request.clientOrderId });
    engine.exchange.expectLookup({ clientOrderId: second.request.clientOrderId });
    await engine.startSymbol();
    // The sold one was replaced.
    expect(engine.cyclesOf().map(({ id, position }) => `${id} ${position.phase}`)).toEqual([
      '2 buying',
      '3 flat',
      '4 flat',
    ]);
  });

  it('does not start a trader again that was stopped in an orderly way; its cycle stays in the book', async () => {
    await engine.startSymbol();
    const traders = engine.system.registry.via<SupervisorProtocol>('DynamicTraderSupervisor XRPUSDT');
    await terminateChild(engine.system, traders, 'Trader 1');
    await engine.settle();
    expect(await traderIds()).toEqual([]);
    expect(phases()).toEqual(['flat']);
    expect(engine.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('says whether there was anything to stop', async () => {
    expect(await engine.stopSymbol()).toBe(false);
  });
});

describe('a crash of the Leader or of the traders’ supervisor', () => {
  it.each(['Leader XRPUSDT', 'DynamicTraderSupervisor XRPUSDT'])(
    'of %s restarts both, and every cycle goes on with its orders',
    async (name) => {
      const { sell, second } = await threeTraders();
      const before = { leader: idOf('Leader XRPUSDT'), traders: idOf('DynamicTraderSupervisor XRPUSDT') };
      engine.exchange.expectLookup({ clientOrderId: sell.request.clientOrderId });
      engine.exchange.expectLookup({ clientOrderId: second.request.clientOrderId });
      await engine.kill(engine.system.registry.via(name));

      expect(idOf('Leader XRPUSDT')).not.toBe(before.leader);
      expect(idOf('DynamicTraderSupervisor XRPUSDT')).not.toBe(before.traders);
      expect((await engine.tradersOf()).map((trader) => trader.name)).toEqual([
        'Trader 1',
        'Trader 2',
        'Trader 3',
      ]);
      expect(phases()).toEqual(['selling', 'buying', 'flat']);

      // Fills that come now reach them.
      await engine.exchange.tell(engine.exchange.fillUntold(sell).report);
      engine.exchange.expectOrder({ side: 'SELL', price: '98.98' });
      await engine.exchange.tell(engine.exchange.fillUntold(second).report);
      expect(phases()).toEqual(['selling', 'flat', 'flat']);
    },
  );

  it('right when an order is decided loses nothing and places nothing twice', async () => {
    await engine.startSymbol();
    const buy = engine.exchange.expectOrder({}, unanswered({ arrived: true }));
    await engine.trade();
    engine.exchange.allowLookups();
    await engine.kill(engine.leader());
    engine.exchange.expectOrder({ side: 'SELL' });
    await engine.exchange.fill(buy);
    expect(phases()).toEqual(['selling']);
    expect(engine.exchange.orders).toHaveLength(2);
  });

  it('replaces a cycle that closed while there was no Leader to hear of it', async () => {
    await engine.startSymbol();
    engine.exchange.expectOrder({}, placed({ executedQuantity: '2' }));
    engine.exchange.expectOrder({ side: 'SELL' });
    await engine.trade();
    const cycle = engine.cycles.get(1);
    const { position } = cycle;
    if (position.phase !== 'selling') throw new Error('it does not sell');
    await engine.cycles.save(cycle, {
      phase: 'closed',
      result: { kind: 'sold' },
      rebuy: 'answered',
      buy: position.buy,
      sell: position.sell,
      earlierSells: [],
    });
    await engine.kill(engine.leader());
    expect(engine.cyclesOf().map(({ id, position: { phase } }) => `${id} ${phase}`)).toEqual(['2 flat']);
  });

  it('again and again starts the whole symbol anew, and at last gives it up; its cycles stay in the store', async () => {
    await engine.startSymbol();
    // Four crashes of the Leader are one of the symbol's supervisor, and four of those are the end.
    for (let crash = 0; crash < 15; crash++) await engine.kill(engine.leader());
    expect(engine.trading.isTraded('XRPUSDT')).toBe(true);
    expect(await traderIds()).toHaveLength(1);
    await engine.kill(engine.leader());
    expect(engine.trading.isTraded('XRPUSDT')).toBe(false);
    expect(idOf('Leader XRPUSDT')).toBeUndefined();
    expect(phases()).toEqual(['flat']);
    expect(engine.lines.at(-1)).toMatchObject({
      level: 'error',
      message: 'given up: SymbolSupervisor XRPUSDT needed more than 3 restarts in 5 s',
    });
    expect(await engine.shutDown()).toBe(false);
    await engine.startSymbol();
    expect((await engine.tradersOf()).map(({ name }) => name)).toEqual(['Trader 1']);
  });
});

describe('many symbols', () => {
  it('trade at once, each on its own trades', async () => {
    for (const symbol of SYMBOLS) await engine.startSymbol(symbol);
    for (const symbol of SYMBOLS) engine.exchange.expectOrder({ symbol });
    for (const symbol of SYMBOLS) await engine.trade({ symbol });
    expect(SYMBOLS.map((symbol) => phases(symbol))).toEqual([['buying'], ['buying'], ['buying']]);
    expect(new Set(engine.exchange.orderRequests.map(({ clientOrderId }) => clientOrderId)).size).toBe(3);
  });

  it('are not touched by one that crashes for good', async () => {
    for (const symbol of SYMBOLS) await engine.startSymbol(symbol);
    const eth = engine.exchange.expectOrder({ symbol: 'ETHUSDT' });
    await engine.trade({ symbol: 'ETHUSDT' });
    const untouched = ['Trading', 'DynamicSymbolSupervisor', 'Leader ETHUSDT', 'Leader BTCUSDT'].map(idOf);
    const traders = await traderIds('ETHUSDT');

    // Every trader of XRPUSDT throws over every such event.
    const poison = { symbol: 'XRPUSDT', price: undefined } as unknown as { symbol: string };
    for (let crash = 0; crash < 64; crash++) await engine.trade(poison);
    expect(idOf('Leader XRPUSDT')).toBeUndefined();
    expect(engine.crashes.filter(({ pid }) => pid.kind === 'Trader')).toHaveLength(64);
    expect(SYMBOLS.map((symbol) => engine.trading.isTraded(symbol))).toEqual([false, true, true]);

    expect(['Trading', 'DynamicSymbolSupervisor', 'Leader ETHUSDT', 'Leader BTCUSDT'].map(idOf)).toEqual(
      untouched,
    );
    expect(await traderIds('ETHUSDT')).toEqual(traders);
    engine.exchange.expectOrder({ symbol: 'ETHUSDT', side: 'SELL' });
    await engine.exchange.fill(eth);
    engine.exchange.expectOrder({ symbol: 'BTCUSDT' });
    await engine.trade({ symbol: 'BTCUSDT' });
  });

  it('go on when one is stopped', async () => {
    for (const symbol of SYMBOLS) await engine.startSymbol(symbol, someSettings());
    await engine.stopSymbol('XRPUSDT');
    engine.exchange.expectOrder({ symbol: 'ETHUSDT' });
    for (const symbol of SYMBOLS.slice(0, 2)) await engine.trade({ symbol });
  });
});
