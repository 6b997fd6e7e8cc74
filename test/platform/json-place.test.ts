import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonFailsAt } from '../../src/platform/json-place.js';

describe('where a text stops being JSON', () => {
  it.each([
    ['a comma too many', '{\n  "a": 1,\n}', 3, 1],
    ['a comma that is missing', '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['a comment', '// mine\n{}', 1, 1],
    ['single quotes', "{'a': 1}", 1, 2],
    ['a key without quotes', '{a: 1}', 1, 2],
    ['a line break in a text', '{"a": "x\ny"}', 1, 9],
    ['an unknown escape', '["a\\x"]', 1, 4],
    ['an end that is missing', '{"a": [1, 2', 1, 12],
    ['a text that does not end', '{"a": "bc', 1, 10],
    ['what follows the end', '{}\n{}', 2, 1],
    ['a word that is none', '{"a": yes}', 1, 7],
    ['a number that is none', '[01]', 1, 3],
    ['nothing at all', '', 1, 1],
  ])('is found: %s', (_what, text, line, column) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonFailsAt(text)).toEqual({ line, column });
  });

  it('is nowhere before the end in JSON, however it is written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '  ', '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const lines = `${text}!`.split('\n');
        expect(jsonFailsAt(`${text}!`)).toEqual({ line: lines.length, column: lines.at(-1)?.length });
      }),
    );
  });

  it('is where JSON.parse finds it, whenever that tells a position', () => {
    const word = fc.string({ unit: fc.constantFrom('a', ' ', ',', ':', '{', '}', '[', ']') });
    const value = fc.dictionary(word, fc.array(fc.oneof(word, fc.nat(), fc.dictionary(word, word))));
    const json = value.map((given) => JSON.stringify(given, null, 1));
    const signs = fc.constantFrom(',', ':', '{', '}', '[', ']', '"', 'x', '\n');
    fc.assert(
      fc.property(json, fc.nat(), signs, (text, where, sign) => {
        const at = where % (text.length + 1);
        const broken = text.slice(0, at) + sign + text.slice(at + 1);
        const position = positionOf(broken);
        if (position === null) return;
        const before = broken.slice(0, position).split('\n');
        expect(jsonFailsAt(broken)).toEqual({
          line: before.length,
          column: (before.at(-1)?.length ?? 0) + 1,
        });
      }),
      { numRuns: 500 },
    );
  });
});

function positionOf(text: string): number | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
    return position === undefined ? null : Number(position);
  }
}
