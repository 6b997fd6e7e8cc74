import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { publish } from '../../src/otp/index.js';
import { accountBalances } from '../../src/ports/topics.js';
import { aSymbol, decimal, rejected, startTestEngine, type TestEngine } from '../../src/testing/index.js';
import { MarketWatch, type MarketWatchProtocol } from '../../src/trading/market-watch.js';

const NO_FUNDS = rejected(-2010, 'Account has insufficient balance for requested action.');
const MINUTE = 60_000;

// 200 a chunk: 2 at 100, sold at 101.
let engine: TestEngine;
let exchange: TestEngine['exchange'];
beforeEach(async () => {
  engine = startTestEngine();
  ({ exchange } = engine);
  const { system, pubsub, trading } = engine;
  system.spawn<MarketWatchProtocol>(
    MarketWatch,
    {
      pubsub,
      exchange: exchange.port,
      tradedSymbols: () => trading.tradedSymbols(),
      leaderOf: (symbol) => engine.leader(symbol),
    },
    'MarketWatch',
  );
  await engine.startSymbol();
});
afterEach(async () => {
  expect(engine.crashes).toEqual([]);
  exchange.verify();
  await engine.stop();
});

const phases = (): string[] => engine.cyclesOf().map(({ position }) => position.phase);
const linesLike = (text: RegExp) => engine.lines.filter(({ message }) => text.test(message));

/** The account's free balance of an asset becomes so much, and the next round comes. */
async function told(asset: string, free: string): Promise<void> {
  publish(engine.system, engine.pubsub, accountBalances, {
    kind: 'balances-changed',
    balances: [{ asset, free: decimal(free), locked: decimal('0') }],
  });
  await engine.settle();
}

async function nextRound(): Promise<void> {
  await engine.advance(MINUTE);
}

async function aParkedSell(): Promise<void> {
  const buy = exchange.expectOrder({ side: 'BUY' });
  exchange.expectOrder({ side: 'SELL', quantity: '2' }, NO_FUNDS);
  await engine.trade();
  await exchange.fill(buy);
  expect(phases()).toEqual(['sell-parked']);
}

describe('a buy that the account could not pay for', () => {
  beforeEach(async () => {
    await told('USDT', '50');
    await nextRound();
    exchange.expectOrder({ clientOrderId: 'test-1-B1' }, NO_FUNDS);
    await engine.trade();
    expect(phases()).toEqual(['buy-parked']);
  });

  it('is tried again once there is enough, and not sooner', async () => {
    await told('USDT', '199.99');
    await nextRound();
    expect(phases()).toEqual(['buy-parked']);
    await told('USDT', '200');
    expect(phases()).toEqual(['buy-parked']);
    await nextRound();
    expect(phases()).toEqual(['flat']);
    exchange.expectOrder({ clientOrderId: 'test-1-B2' });
    await engine.trade();
  });

  it('is not tried again and again when that was no help: only more money is', async () => {
    await told('USDT', '300');
    await nextRound();
    exchange.expectOrder({ clientOrderId: 'test-1-B2' }, NO_FUNDS);
    await engine.trade();
    for (let round = 0; round < 10; round++) {
      await told('USDT', '300');
      await nextRound();
      await engine.trade();
    }
    expect(phases()).toEqual(['buy-parked']);
    await told('USDT', '301');
    await nextRound();
    expect(phases()).toEqual(['flat']);
  });

  it('is not helped by what there is of another asset', async () => {
    await told('XRP', '1000');
    await told('BTC', '1000');
    await nextRound();
    expect(phases()).toEqual(['buy-parked']);
  });
});

it('a buy that was refused for another reason is not helped by money', async () => {
  exchange.expectOrder({}, rejected(-2010, 'This symbol is not permitted for this account.'));
  await engine.trade();
  await told('USDT', '100000');
  await nextRound();
  expect(phases()).toEqual(['buy-parked']);
});

it('a sell whose coins somebody has moved away is tried again once all of them are back', async () => {
  await aParkedSell();
  await told('XRP', '1.9');
  await nextRound();
  expect(phases()).toEqual(['sell-parked']);
  exchange.expectOrder({ side: 'SELL', quantity: '2', clientOrderId: 'test-1-S2' });
  await told('XRP', '2');
  await nextRound();
  expect(phases()).toEqual(['selling']);
});

it('money that comes and goes between two rounds, as when an order is placed and ended, is no more', async () => {
  await told('USDT', '1000');
  await nextRound();
  exchange.expectOrder({}, NO_FUNDS);
  await engine.trade();
  await told('USDT', '1200');
  await told('USDT', '1000');
  await nextRound();
  expect(phases()).toEqual(['buy-parked']);
});

describe('rules that have changed', () => {
  it('are those of the next order, of cycles that began before too, and are said once', async () => {
    exchange.list(aSymbol({ tickSize: '10' }));
    await nextRound();
    await nextRound();
    expect(linesLike(/rules/)).toMatchObject([{ level: 'info', fields: { symbol: 'XRPUSDT' } }]);
    exchange.expectOrder({ price: '90' });
    await engine.trade({ price: '99' });
  });

  it('have parked orders tried again, by the new rules', async () => {
    const buy = exchange.expectOrder({ side: 'BUY' });
    exchange.expectOrder({ side: 'SELL', price: '101' }, rejected(-1013, 'Filter failure: PRICE_FILTER'));
    await engine.trade();
    await exchange.fill(buy);
    exchange.expectOrder({ side: 'SELL', price: '100', clientOrderId: 'test-1-S2' });
    exchange.list(aSymbol({ tickSize: '5' }));
    await nextRound();
    expect(phases()).toEqual(['selling']);
  });

  it('are those of a Leader that was started again, and of the cycles it starts', async () => {
    exchange.list(aSymbol({ tickSize: '10' }));
    await nextRound();
    await engine.kill(engine.leader());
    exchange.expectOrder({ price: '90' });
    await engine.trade({ price: '99' });
  });

  it('are a warning when the symbol is no longer traded, and news when it is again', async () => {
    exchange.list(aSymbol({ status: 'HALT' }));
    await nextRound();
    exchange.expectOrder({}, rejected(-2010, 'Market is closed.'));
    await engine.trade();
    await nextRound();
    expect(phases()).toEqual(['buy-parked']);
    exchange.list(aSymbol());
    await nextRound();
    expect(phases()).toEqual(['flat']);
    expect(linesLike(/rules/)).toMatchObject([
      { level: 'warn', fields: { status: 'HALT' } },
      { level: 'info', fields: { status: 'TRADING' } },
    ]);
  });
});

it('the commission that could not be had at first is that of cycles which begin later, and may change', async () => {
  const aCycle = async (): Promise<string | undefined> => {
    const buy = exchange.expectOrder({ side: 'BUY' });
    const sell = exchange.expectOrder({ side: 'SELL' });
    await engine.trade();
    await exchange.fill(buy);
    await exchange.tell(exchange.fillUntold(sell).report);
    return engine.cyclesOf()[0]?.settings.fee.toFixed();
  };
  expect(engine.cyclesOf()[0]?.settings.fee.toFixed()).toBe('0');
  await nextRound();
  exchange.chargeCommission('0.002');
  for (let round = 0; round < 5; round++) await nextRound();
  expect(await aCycle()).toBe('0.002');
  exchange.chargeCommission('0.001');
  for (let round = 0; round < 360; round++) await nextRound();
  expect(await aCycle()).toBe('0.001');
});
