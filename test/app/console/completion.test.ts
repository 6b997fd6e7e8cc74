import { describe, expect, it } from '@jest/globals';
import { completed } from '../../../src/app/console/completion.js';
import { FUNCTION_NAMES } from '../../../src/app/console/functions.js';

const known = {
  symbols: async () => ['XRPUSDT', 'XRPBTC', 'BTCUSDT'],
  paths: async () => ['Hedgehog', 'Hedgehog/PubSub', 'Hedgehog/Leader XRPUSDT'],
};

describe('completion in the console', () => {
  it.each([
    { line: 'hedgehog.startT', want: [['startTrading'], 'startT'] },
    { line: 'const p = await hedgehog.pos', want: [['positions'], 'pos'] },
    { line: 'hedgehog.', want: [FUNCTION_NAMES, ''] },
    { line: "hedgehog.startTrading('XRP", want: [['XRPUSDT', 'XRPBTC'], 'XRP'] },
    { line: "hedgehog.startTrading('XRPUSDT', \"B", want: [['BTCUSDT'], 'B'] },
    { line: "hedgehog.startStoring('O", want: [['ORDERS', 'OHLC'], 'O'] },
    { line: "hedgehog.startStoring('OHLC', 'B", want: [['BTCUSDT'], 'B'] },
    { line: 'hedgehog.orders({ symbol: "BT', want: [['BTCUSDT'], 'BT'] },
    { line: "hedgehog.kill('Hedgehog/L", want: [['Hedgehog/Leader XRPUSDT'], 'Hedgehog/L'] },
    { line: "(await hedgehog.inspect('Hedgehog/P", want: [['Hedgehog/PubSub'], 'Hedgehog/P'] },
    { line: "hedgehog.setSettings('XRPUSDT', { budget: '", want: [[], ''] },
  ])('$line is completed', async ({ line, want }) => {
    expect(await completed(line, known)).toEqual(want);
  });

  it.each([
    'Math.ma',
    'myhedgehog.st',
    "hedgehog.startTrading('XRPUSDT')",
    "hedgehog.nothing('X",
    "hedgehog.toString('X",
    "console.log('X",
  ])('%s is left to the language', async (line) => {
    expect(await completed(line, known)).toBeNull();
  });
});
