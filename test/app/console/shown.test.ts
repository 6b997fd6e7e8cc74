import { describe, expect, it } from '@jest/globals';
import { shown, shownError } from '../../../src/app/console/shown.js';
import { InputError } from '../../../src/platform/input-error.js';

const TERMINAL = { isTerminal: true, columns: 60, colors: false };
const PIPE = { ...TERMINAL, isTerminal: false };

describe('a value in the console', () => {
  it('is a table where it is a list that fits, its decimals as they are', () => {
    const table = shown(
      [{ symbol: 'XRPUSDT', price: '0.50', resting: { side: 'BUY' }, note: null }],
      TERMINAL,
    );
    expect(table.split('\n').slice(1, 4)).toEqual([
      '│ symbol  │ price │ resting         │ note │',
      expect.stringMatching(/^├/),
      "│ XRPUSDT │ 0.50  │ { side: 'BUY' } │      │",
    ]);
  });

  it.each([
    {
      name: 'a list that is wider than the terminal',
      value: [{ text: 'x'.repeat(60) }],
      want: `[\n  {\n    text: '${'x'.repeat(60)}'\n  }\n]`,
    },
    { name: 'an empty list', value: [], want: '[]' },
    { name: 'a list of plain values', value: ['0.1', 2], want: "[ '0.1', 2 ]" },
    { name: 'a text', value: '0.10', want: "'0.10'" },
    { name: 'a text of several lines', value: 'a\nb', want: 'a\nb' },
    { name: 'a deep value', value: { a: { b: { c: { d: 1 } } } }, want: '{\n  a: { b: { c: { d: 1 } } }\n}' },
  ])('is shown as the language does: $name', ({ value, want }) => {
    expect(shown(value, TERMINAL).replaceAll(/\s+/g, ' ')).toBe(want.replaceAll(/\s+/g, ' '));
  });

  it('is JSON for a program, and a text is itself', () => {
    expect(shown([{ price: '0.50' }], PIPE)).toBe('[{"price":"0.50"}]');
    expect(shown('0.50', PIPE)).toBe('0.50');
    expect(shown(new Map([[1, 2]]), PIPE)).toBe('Map(1) { 1 => 2 }');
    expect(shown(10n, PIPE)).toBe('10n');
    expect(shown(() => 1, PIPE)).toBe('[Function (anonymous)]');
  });

  it('is told without a stack when it was thrown', () => {
    expect(shownError(new InputError('symbol is wrong'))).toBe('symbol is wrong');
    expect(shownError(new TypeError('x is not a function'))).toBe('TypeError: x is not a function');
    expect(shownError({ a: 1 })).toBe('thrown: { a: 1 }');
  });
});
