import { expect, it } from '@jest/globals';
import { fitted } from '../../../src/app/commands/fitted.js';

it.each([
  ['what fits is as it was', 'one\ntwo', 3, 2, 'one\ntwo'],
  ['a line is cut at the edge', 'abcdef', 5, 1, 'abcd…'],
  ['a character of two code units counts once', '🦔🦔', 2, 1, '🦔🦔'],
  ['rows that are too many are counted in the last', 'a\nb\nc\nd', 80, 3, 'a\nb\n… 2 more lines'],
  ['one row tells how many there are', 'a\nb', 80, 1, '… 2 more lines'],
  ['a window of no rows holds no line', 'a\nb', 80, 0, '… 2 more lines'],
])('%s', (_rule, text, columns, rows, shown) => {
  expect(fitted(text, columns, rows)).toBe(shown);
});
