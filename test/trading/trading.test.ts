import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  aSymbol,
  rejected,
  someSettings,
  startTestEngine,
  type TestEngine,
} from '../../src/testing/index.js';
import { actorNamed } from '../support/actors.js';

// 200 a chunk: 2 at 100, sold at 101, a rebuy below 99.
let engine: TestEngine;
let exchange: TestEngine['exchange'];
beforeEach(() => {
  engine = startTestEngine({ symbols: [aSymbol(), aSymbol({ symbol: 'ETHUSDT' })] });
  ({ exchange } = engine);
});
afterEach(async () => {
  exchange.verify();
  await engine.stop();
});

const phases = (symbol?: string): string[] => engine.cyclesOf(symbol).map(({ position }) => position.phase);
const crash = (name: string): Promise<void> => engine.kill(actorNamed(engine.system, name));

it('a symbol that is switched on again tries again what was parked: anything may have changed meanwhile', async () => {
  const buy = exchange.expectOrder({ side: 'BUY' });
  exchange.expectOrder({ clientOrderId: 'test-1-S1' }, rejected(-2015, 'Invalid API-key.'));
  await engine.startSymbol();
  await engine.trade();
  await exchange.fill(buy);
  expect(phases()).toEqual(['sell-parked']);
  await engine.stopSymbol();
  exchange.expectOrder({ clientOrderId: 'test-1-S2' });
  await engine.startSymbol();
  expect(phases()).toEqual(['selling']);
});

describe('new settings', () => {
  it('are for new cycles only: one that has begun, flat too, goes on with its own', async () => {
    await engine.startSymbol();
    expect(await engine.changeSettings(someSettings({ budget: '500', profitInterval: '0.05' }))).toBe(true);
    const buy = exchange.expectOrder({ side: 'BUY', price: '100', quantity: '2' });
    const sell = exchange.expectOrder({ side: 'SELL', price: '101' });
    await engine.trade();
    await exchange.fill(buy);
    await exchange.tell(exchange.fillUntold(sell).report);
    exchange.expectOrder({ side: 'BUY', price: '100', quantity: '1' });
    await engine.trade();
    expect(engine.cyclesOf()).toMatchObject([{ id: 2, settings: { chunks: 5 } }]);
  });

  it('say how many chunks there are, to the Leader at once', async () => {
    await engine.startSymbol();
    await engine.changeSettings(someSettings({ chunks: 1 }));
    exchange.expectOrder();
    await engine.trade();
    await engine.trade({ price: '90' });
    expect(phases()).toEqual(['buying']);
  });

  it('are those of rebuys', async () => {
    await engine.startSymbol();
    await engine.changeSettings(someSettings({ chunks: 2, budget: '98' }));
    exchange.expectOrder({ quantity: '2' });
    await engine.trade();
    await engine.trade({ price: '98' });
    exchange.expectOrder({ price: '98', quantity: '0.5' });
    await engine.trade({ price: '98' });
    expect(phases()).toEqual(['buying', 'buying']);
  });

  it('make parked traders try again', async () => {
    exchange.expectOrder({}, rejected());
    await engine.startSymbol();
    await engine.trade();
    await engine.changeSettings(someSettings());
    expect(phases()).toEqual(['flat']);
    const buy = exchange.expectOrder({ clientOrderId: 'test-2-B1' });
    await engine.trade();
    exchange.expectOrder({ clientOrderId: 'test-2-S1' }, rejected());
    await exchange.fill(buy);
    expect(phases()).toEqual(['sell-parked']);
    exchange.expectOrder({ clientOrderId: 'test-2-S2' });
    await engine.changeSettings(someSettings());
    expect(phases()).toEqual(['selling']);
  });

  it('are those of a buy that was parked: with its own it may never succeed', async () => {
    exchange.expectOrder({ quantity: '2' }, rejected(-2010, 'Account has insufficient balance'));
    await engine.startSymbol();
    await engine.trade();
    await engine.changeSettings(someSettings({ budget: '500' }));
    exchange.expectOrder({ quantity: '1' });
    await engine.trade();
    expect(engine.cyclesOf()).toMatchObject([{ id: 2, position: { phase: 'buying' } }]);
  });

  it.each(['Leader XRPUSDT', 'SymbolSupervisor XRPUSDT', 'DynamicSymbolSupervisor'])(
    'outlive a crash of %s',
    async (victim) => {
      await engine.startSymbol();
      await engine.changeSettings(someSettings({ chunks: 1 }));
      await crash(victim);
      expect(actorNamed(engine.system, 'Leader XRPUSDT').inspect()).toMatchObject({ traders: '1 of 1' });
    },
  );

  it('reach parked traders even when the Leader is just being started again', async () => {
    exchange.expectOrder({}, rejected());
    await engine.startSymbol();
    await engine.trade();
    engine.system.kill(actorNamed(engine.system, 'Leader XRPUSDT'), new Error('crashed'));
    await engine.changeSettings(someSettings());
    expect(phases()).toEqual(['flat']);
    await crash('Leader XRPUSDT');
  });

  it('are not told again to traders that parked later', async () => {
    await engine.startSymbol();
    await engine.changeSettings(someSettings());
    exchange.expectOrder({}, rejected());
    await engine.trade();
    await crash('Leader XRPUSDT');
    expect(phases()).toEqual(['buy-parked']);
  });

  it('concern one symbol, and none that is not traded', async () => {
    await engine.startSymbol('XRPUSDT');
    await engine.startSymbol('ETHUSDT');
    await engine.changeSettings(someSettings({ chunks: 1 }), 'ETHUSDT');
    const shown = ['XRPUSDT', 'ETHUSDT'].map((symbol) =>
      actorNamed(engine.system, `Leader ${symbol}`).inspect(),
    );
    expect(shown).toMatchObject([{ traders: '1 of 5' }, { traders: '1 of 1' }]);
    expect(await engine.changeSettings(someSettings(), 'BTCUSDT')).toBe(false);
  });
});

describe('what is traded', () => {
  it('is known from the start until it is stopped', async () => {
    expect(engine.trading.isTraded('XRPUSDT')).toBe(false);
    const starting = engine.startSymbol();
    expect(engine.trading.isTraded('XRPUSDT')).toBe(true);
    await starting;
    await engine.stopSymbol();
    expect(engine.trading.isTraded('XRPUSDT')).toBe(false);
  });

  it('hears of a change that comes before the start is answered', async () => {
    let told = 0;
    const starting = engine.trading.start('XRPUSDT', someSettings(), { onShutDown: () => void told++ });
    expect(engine.trading.shutDown('XRPUSDT')).toBe(true);
    await starting;
    await engine.settle();
    expect([phases(), told > 0]).toEqual([[], true]);
  });

  it.each(['DynamicSymbolSupervisor', 'Trading'])(
    'is taken up again, and nothing else, after a crash of %s',
    async (victim) => {
      await engine.startSymbol('XRPUSDT');
      await engine.startSymbol('ETHUSDT');
      const buy = exchange.expectOrder({ symbol: 'XRPUSDT' });
      await engine.trade();
      await engine.stopSymbol('ETHUSDT');
      exchange.expectLookup();
      await crash(victim);
      expect((await engine.tradersOf()).map(({ name }) => name)).toEqual(['Trader 1']);
      expect(engine.leader('ETHUSDT').whereis()).toBeUndefined();
      exchange.expectOrder({ side: 'SELL' });
      await exchange.fill(buy);
      expect(phases()).toEqual(['selling']);
      // It can be started and stopped as before.
      await engine.startSymbol('ETHUSDT');
      expect(await engine.stopSymbol('XRPUSDT')).toBe(true);
    },
  );

  it('goes on with its shutdown after such a crash', async () => {
    let told = 0;
    await engine.startSymbol('XRPUSDT', someSettings(), { onShutDown: () => void told++ });
    const buy = exchange.expectOrder({ side: 'BUY' });
    await engine.trade();
    const sell = exchange.expectOrder({ side: 'SELL' });
    await exchange.fill(buy);
    await engine.shutDown();
    exchange.expectLookup();
    await crash('DynamicSymbolSupervisor');
    await exchange.fill(sell);
    expect([phases(), told]).toEqual([[], 1]);
  });
});
