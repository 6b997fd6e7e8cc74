import { describe, expect, it } from '@jest/globals';
import { painted } from '../../../../src/app/demo/view/styled-line.js';
import { treeLines } from '../../../../src/app/demo/view/tree-lines.js';
import { anActor, aTree } from '../../../support/demo-view.js';

const shown = (...args: Parameters<typeof treeLines>): readonly string[] =>
  treeLines(...args).map((line) => painted(line, false));

describe('treeLines', () => {
  it.each([
    { most: 9, lines: ['Hedgehog  13 actors: PubSub, Database', '  Trading  9 actors'] },
    {
      most: 3,
      lines: ['Hedgehog  13 actors: PubSub, Database', '  Trading  9 actors: Trader ×6, Leader ×3'],
    },
    {
      most: 2,
      lines: ['Hedgehog  13 actors: PubSub, Database, Trader ×6, Leader ×3, Streamer ×2'],
    },
  ])('begins so in at most $most lines', ({ most, lines }) => {
    expect(shown(aTree(), most).slice(0, 2)).toEqual(lines);
    expect(shown(aTree(), most).length).toBeLessThanOrEqual(most);
  });

  it('names who was started again first, however deep it stands, and how often', () => {
    expect(shown(aTree(1), 3)[1]).toBe('  Trading  9 actors: Trader 5 (started again), Trader ×5, Leader ×3');
    expect(shown(aTree(4), 1)[0]).toMatch(
      /^Hedgehog {2}13 actors: Trader 5 \(started again 4 times\), PubSub/,
    );
  });

  it('a supervisor that was started again is told of in its title', () => {
    const tree = [anActor('Hedgehog', [anActor('Trading', [anActor('Leader X')], 1)])];
    expect(shown(tree, 9)[1]).toBe('  Trading (started again)  1 actor: Leader');
  });

  it('a supervisor without children is one', () => {
    expect(shown([anActor('Hedgehog', [anActor('DynamicTraderSupervisor X')])], 9)).toEqual([
      'Hedgehog  0 actors',
      '  DynamicTraderSupervisor X  0 actors',
    ]);
  });

  it('of nothing there is nothing, and in no line either', () => {
    expect([shown([], 5), shown(aTree(), 0)]).toEqual([[], []]);
  });
});
