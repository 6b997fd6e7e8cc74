import { describe, expect, it } from '@jest/globals';
import { aboutProfit, nextSteps, summaryTable } from '../../../src/app/demo/summary.js';
import { Decimal } from '../../../src/domain/decimal.js';
import { aSymbolView, restingOrder } from '../../support/demo-view.js';

const decimal = (text: string): Decimal => new Decimal(text);

const figures = [
  {
    ...{ symbol: 'XRPUSDT', baseAsset: 'XRP', quoteAsset: 'USDT' },
    ...{ tradesStreamed: 21_097, lastPrice: decimal('0.41') },
    stored: { trades: 21_096, orders: 41, rebuys: 3 },
    totals: {
      ...aSymbolView('XRPUSDT', {
        change: ['100', '-41.5'],
        resting: [restingOrder('SELL', 2, '0.42'), restingOrder('BUY', 3, '0.4')],
      }).totals,
      commissions: new Map([
        ['XRP', decimal('0.96267')],
        ['USDT', decimal('0.35357119')],
      ]),
    },
  },
  {
    ...{ symbol: 'SOLUSDT', baseAsset: 'SOL', quoteAsset: 'USDT' },
    ...{ tradesStreamed: 3, lastPrice: null },
    stored: { trades: 3, orders: 42, rebuys: 0 },
    totals: {
      ...aSymbolView('SOLUSDT', { profit: '-1', change: ['0', '-1'] }).totals,
      commissions: new Map([['USDT', decimal('0.0000001')]]),
    },
  },
];

describe('the summary of the demo', () => {
  it('has a column for each symbol and one for all, with every digit of what was earned', () => {
    expect(summaryTable(figures)).toBe(
      `┌─────────────────┬─────────────┬─────────┬─────────────┐
│                 │     XRPUSDT │ SOLUSDT │       total │
├─────────────────┼─────────────┼─────────┼─────────────┤
│ trades streamed │      21,097 │       3 │      21,100 │
│ trades stored   │      21,096 │       3 │      21,099 │
│ orders placed   │          42 │      42 │          84 │
│ orders stored   │          41 │      42 │          83 │
│ of them rebuys  │           3 │       0 │           3 │
│ fills           │         100 │     100 │         200 │
│ open orders     │           2 │       0 │           2 │
│ of them sells   │           1 │       0 │           1 │
│ cycles closed   │          11 │      11 │          22 │
│ USDT realised   │ +0.61095505 │      -1 │ -0.38904495 │
│ USDT marked     │        -0.5 │      -1 │        -1.5 │
└─────────────────┴─────────────┴─────────┴─────────────┘`,
    );
  });

  it('tells what commission was paid, by asset', () => {
    expect(aboutProfit(figures)).toMatch(/^Commission paid: 0\.96267 XRP, 0\.35357129 USDT\.\n/);
    expect(aboutProfit([])).toMatch(/^Commission paid: none\.\n/);
  });

  it('names commands that lead to its own database', () => {
    const text = nextSteps({ tape: 'seeds/t.csv.gz', variables: 'HEDGEHOG_DATABASE=hedgehog_demo ' });
    expect(text).toContain('\n    HEDGEHOG_DATABASE=hedgehog_demo npx hedgehog inspect --watch\n');
    expect(text).toContain('npx hedgehog backtest --tape seeds/t.csv.gz --symbol XRPUSDT');
  });
});
