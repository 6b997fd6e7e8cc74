import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { someSettings, startTestEngine } from '../../src/testing/index.js';

// The example of the package's docstring, word for word; the last test holds the two together.
test('sells what it bought, one per cent dearer', async () => {
  const engine = startTestEngine();
  const { exchange } = engine;
  const buy = exchange.expectOrder({ side: 'BUY', price: '100', quantity: '10' });
  const sell = exchange.expectOrder({ side: 'SELL', price: '101', quantity: '10' });
  exchange.inOrder(buy, sell);

  const trader = await engine.startTrader({ settings: someSettings({ budget: '1000', chunks: 1 }) });
  await engine.trade({ price: '100' });
  await exchange.fill(buy, { quantity: '4' });
  await exchange.fill(buy);
  await exchange.fill(sell);

  exchange.verify();
  expect(trader.position.phase).toBe('closed');
  await engine.stop();
});

test('the example in the docstring is the one that runs here', () => {
  const docstring = readFileSync(new URL('../../src/testing/index.ts', import.meta.url), 'utf8');
  const [, example = ''] = docstring.split(/^ \* ```(?:ts)?$\n/m);
  const code = example.replaceAll(/^ \* ?/gm, '');
  expect(code).toContain("test('");
  expect(readFileSync(new URL(import.meta.url), 'utf8')).toContain(code);
});
