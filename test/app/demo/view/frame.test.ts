import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type FrameSize, frame } from '../../../../src/app/demo/view/frame.js';
import { anEvent, aTree, aView } from '../../../support/demo-view.js';

const size = (columns: number, rows: number): FrameSize => ({ columns, rows, colours: false });
const linesOf = (text: string): readonly string[] => text.split('\n');

describe('frame', () => {
  it('tells of symbols, resting orders, events and actors on a terminal that has room for all', () => {
    expect(frame(aView(), size(100, 34))).toBe(
      `Hedgehog demo  12.3s  A simulated exchange, play money. Ctrl-C ends it.
SYMBOL      PRICE   CHANGE    SEEN  STORED  ORDERS  HELD  CYCLES     REALISED       MARKED
XRPUSDT      0.41  ▲ 2.50%  12,345  12,300       4     3      11  +0.61095505         -0.5
  sell 0.42 (+2.43%), buy 0.4059 (-1.00%), sell 0.415 (+1.21%), sell 0.416 (+1.46%)
DOGEUSDT     0.49  ▼ 2.00%  12,345  12,300       0     0      11  +0.61095505           +0
  no order rests
SOLUSDT      50.1  = 0.00%  12,345  12,300       0     0      11           +0           +0
  no order rests
TOTAL                       37,035  36,900       4     3      33   +1.2219101         -0.5

  1.2s  XRPUSDT   order 4 was filled
  1.2s  XRPUSDT   order 5 was filled
  1.2s  XRPUSDT   order 6 was filled
  1.2s  XRPUSDT   order 7 was filled
  1.2s  XRPUSDT   order 8 was filled
  1.2s  XRPUSDT   order 9 was filled
  1.2s  XRPUSDT   order 10 was filled
  1.2s  XRPUSDT   order 11 was filled

Hedgehog  13 actors: PubSub, Database
  Trading  9 actors
    DynamicSymbolSupervisor  9 actors
      SymbolSupervisor XRPUSDT  3 actors: Leader
        DynamicTraderSupervisor XRPUSDT  2 actors: Trader ×2
      SymbolSupervisor DOGEUSDT  3 actors: Leader
        DynamicTraderSupervisor DOGEUSDT  2 actors: Trader ×2
      SymbolSupervisor SOLUSDT  3 actors: Leader
        DynamicTraderSupervisor SOLUSDT  2 actors: Trader ×2
  Streaming  2 actors: Streamer ×2`,
    );
  });

  it('leaves out columns, and orders that do not fit, where there are 80 columns and 24 rows', () => {
    const lines = linesOf(frame(aView(), size(80, 24)));
    expect(lines.slice(1, 4)).toEqual([
      'SYMBOL     PRICE  CHANGE   SEEN STORED HELD CYCLES    REALISED      MARKED',
      'XRPUSDT     0.41 ▲ 2.50% 12,345 12,300    3     11 +0.61095505        -0.5',
      '  sell 0.42 (+2.43%), buy 0.4059 (-1.00%), sell 0.415 (+1.21%), and 1 more',
    ]);
    expect(lines.slice(-4)).toEqual([
      'Hedgehog  13 actors: PubSub, Database',
      '  Trading  9 actors',
      '    DynamicSymbolSupervisor  9 actors: Trader ×6, Leader ×3',
      '  Streaming  2 actors: Streamer ×2',
    ]);
  });

  it('keeps what was earned where there is hardly any room', () => {
    expect(linesOf(frame(aView(), size(40, 8)))).toEqual([
      'Hedgehog demo  12.3s  A simulated exch…',
      'SYMBOL     PRICE CYCLES    REALISED',
      'XRPUSDT     0.41     11 +0.61095505',
      'DOGEUSDT    0.49     11 +0.61095505',
      'SOLUSDT     50.1     11          +0',
      'TOTAL                33  +1.2219101',
    ]);
  });

  it('never fills the width, nor the height, of any terminal', () => {
    const long = aView({
      tree: aTree(2),
      events: Array.from({ length: 8 }, () => anEvent('x'.repeat(300))),
    });
    for (let columns = 1; columns <= 130; columns += 13) {
      for (let rows = 1; rows <= 50; rows += 3) {
        for (const colours of [true, false]) {
          const lines = linesOf(stripVTControlCharacters(frame(long, { columns, rows, colours })));
          expect({ columns, rows, lines: lines.length <= Math.max(1, rows - 1) }).toEqual({
            ...{ columns, rows, lines: true },
          });
          expect(lines.every((line) => line.length <= columns - 1)).toBe(true);
        }
      }
    }
  });

  it('has as many lines before the first event as after it', () => {
    const [none, some] = [aView({ events: [] }), aView()].map((view) => linesOf(frame(view, size(90, 30))));
    expect(none).toHaveLength(some?.length ?? 0);
  });

  it('says that the market has closed', () => {
    expect(linesOf(frame(aView({ isClosing: true }), size(100, 30)))[0]).toBe(
      'Hedgehog demo  12.3s  The market has closed; what is under way is waited for.',
    );
  });

  it('shows what was gained, lost and restarted in colours, and the same text without', () => {
    const view = aView({ tree: aTree(1) });
    const coloured = frame(view, { columns: 100, rows: 30, colours: true });
    expect(stripVTControlCharacters(coloured)).toBe(frame(view, size(100, 30)));
    expect(coloured).toContain('\u001b[32m+0.61095505\u001b[39m');
    expect(coloured).toContain('\u001b[31m-0.5\u001b[39m');
    expect(coloured).toContain('\u001b[31m▼ 2.00%\u001b[39m');
    expect(coloured).toContain('\u001b[1;33mTrader 5 (started again)\u001b[22;39m');
    expect(frame(view, size(100, 30))).not.toContain('\u001b');
  });

  it('knows no price before the first trade', () => {
    const [symbol] = aView().symbols;
    if (symbol === undefined) throw new Error('a view without symbols');
    const view = aView({ symbols: [{ ...symbol, firstPrice: null, lastPrice: null }] });
    const lines = linesOf(frame(view, size(100, 30)));
    expect(lines[2]).toMatch(/^XRPUSDT +- {2}= 0\.00% /);
    expect(lines[3]).toBe('  sell 0.42, buy 0.4059, sell 0.415, sell 0.416');
  });
});
