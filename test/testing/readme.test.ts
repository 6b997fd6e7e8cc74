import { expect, test } from '@jest/globals';
import { outcomeUnknown, someSettings, startTestEngine } from '../../src/testing/index.js';

test('a buy whose answer was lost is looked up, never sent twice', async () => {
  const engine = startTestEngine();
  const { exchange } = engine;
  const buy = exchange.expectOrder({ side: 'BUY', price: '100' }, outcomeUnknown({ arrived: true }));
  const lookup = exchange.expectLookup();
  const sell = exchange.expectOrder({ side: 'SELL', price: '101', quantity: '10' });
  exchange.inOrder(buy, lookup, sell); // leave this out, and they may come in any order

  await engine.startSymbol('XRPUSDT', someSettings({ budget: '1000', chunks: 1 }));
  await engine.trade({ price: '100' });
  await exchange.fill(buy, { quantity: '4' });
  await exchange.fill(buy);

  exchange.verify(); // throws one error: what was missing, what came unexpected
  expect(exchange.orders).toHaveLength(2);
  await engine.stop();
});
