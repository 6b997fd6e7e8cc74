import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.js';
import { InputError } from '../../src/platform/input-error.js';
import { parseSettings, readSettings } from '../../src/platform/settings-file.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();

function refusal(json: unknown): string {
  try {
    parseSettings(json, 'the test');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}

describe('parseSettings', () => {
  it('takes the default for each key that is missing', () => {
    expect(parseSettings({}, 'the test')).toEqual(DEFAULT_SETTINGS);
  });

  it.each([
    {
      key: 'chunks',
      name: 'chunks',
      good: [
        [1, '1'],
        ['7', '7'],
        [9007199254740991, '9007199254740991'],
      ],
    },
    {
      key: 'budget',
      name: 'budget',
      good: [
        [0.01, '0.01'],
        ['99999999999999999999.5', '99999999999999999999.5'],
      ],
    },
    {
      key: 'buy_down_interval',
      name: 'buyDownInterval',
      good: [
        [0, '0'],
        [-0, '0'],
        ['0.999', '0.999'],
      ],
    },
    {
      key: 'profit_interval',
      name: 'profitInterval',
      good: [
        ['-0.9999', '-0.9999'],
        [-0.0012, '-0.0012'],
        [12, '12'],
      ],
    },
    {
      key: 'rebuy_interval',
      name: 'rebuyInterval',
      good: [
        ['0', '0'],
        [1e-7, '0.0000001'],
      ],
    },
    {
      key: 'fee',
      name: 'fee',
      good: [
        ['0', '0'],
        [0.00075, '0.00075'],
        ['0.12345678901234567890', '0.1234567890123456789'],
      ],
    },
  ] as const)('$key takes numbers and decimal strings in its range', ({ key, name, good }) => {
    for (const [given, want] of good) {
      const value = parseSettings({ [key]: given }, 'the test')[name];
      expect(typeof value === 'number' ? String(value) : value.toFixed()).toBe(want);
    }
  });

  const impossible = [
    null,
    true,
    [],
    ['1'],
    {},
    '',
    ' ',
    'NaN',
    'abc',
    '1e3',
    '+1',
    '--1',
    '-',
    '1.',
    '.5',
    '0x1',
    NaN,
    Infinity,
  ];
  it.each([
    { key: 'chunks', bad: [0, '0', -1, '-1', 1.5, '1.5', '9007199254740992', 9007199254740992] },
    { key: 'budget', bad: [0, '0', '-0', -1, '-1', 1e30, '100000000000000000000000'] },
    { key: 'buy_down_interval', bad: [1, '1', '1.5', -0.1, '-0.1', '-0'] },
    { key: 'profit_interval', bad: [-1, '-1', '-1.0', '-2', -1.5] },
    { key: 'rebuy_interval', bad: [1, '1', -0.001, '-0.001', '-0'] },
    { key: 'fee', bad: [1, '1', '-0.001', -1] },
  ])('$key outside its range, or no decimal at all, is refused by name', ({ key, bad }) => {
    for (const given of [...bad, ...impossible]) {
      const message = refusal({ [key]: given });
      expect(message).toContain(`settings in the test: ${key} is`);
      expect(message).toMatch(/allowed is a (whole number|decimal)/);
      if (typeof given === 'string') expect(message).toContain(JSON.stringify(given));
    }
  });

  it('a number with more digits than JSON carries must be a string', () => {
    expect(refusal({ budget: 0.1234567890123456 })).toContain('a string when it has more than 15 digits');
    expect(parseSettings({ budget: '0.1234567890123456' }, 'the test').budget.toFixed()).toBe(
      '0.1234567890123456',
    );
  });

  it('tells all problems at once', () => {
    const message = refusal({ chunks: 0, budget: null, buyDownInterval: 1, fee: 'x', colour: 'red' });
    for (const part of [
      'chunks is',
      'budget is',
      '"buyDownInterval" is unknown',
      'fee is',
      '"colour" is unknown',
    ]) {
      expect(message).toContain(part);
    }
  });

  it.each([null, [], 'x', 5])('settings must be an object: %j', (json) => {
    expect(refusal(json)).toContain('allowed is a JSON object');
  });

  it('no key comes from a prototype', () => {
    expect(refusal(JSON.parse('{"__proto__": {"chunks": 3}}'))).toContain('"__proto__" is unknown');
  });
});

describe('readSettings', () => {
  it.each([
    { name: 'S1', want: [5, '100', '0.0001', '-0.0012', '0.001', '0.001'] },
    { name: 'E2E', want: [5, '100', '0.0025', '0.001', '0.001', '0.001'] },
  ])('reads settings $name', async ({ name, want }) => {
    const settings = await readSettings(`test/fixtures/golden/settings-${name}.json`);
    const { chunks, budget, buyDownInterval, profitInterval, rebuyInterval, fee } = settings;
    const decimals = [budget, buyDownInterval, profitInterval, rebuyInterval, fee];
    expect([chunks, ...decimals.map((value) => value.toFixed())]).toEqual(want);
  });

  it('a byte order mark is fine', async () => {
    expect(await readSettings(folder.write('\uFEFF{"chunks": 2}'))).toEqual({
      ...DEFAULT_SETTINGS,
      chunks: 2,
    });
  });

  it.each([
    { name: 'not JSON', content: '{chunks: 1}', want: 'is not JSON' },
    { name: 'empty', content: '', want: 'is not JSON' },
    { name: 'a list', content: '[]', want: 'allowed is a JSON object' },
    { name: 'a wrong value', content: '{"fee": 2}', want: 'fee is the number 2' },
  ])('$name: refused, naming the file', async ({ content, want }) => {
    const file = folder.write(content);
    const reading = readSettings(file);
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(file);
    await expect(reading).rejects.toThrow(want);
  });

  it('a missing file and a directory are refused, naming them', async () => {
    const missing = folder.path('missing.json');
    await expect(readSettings(missing)).rejects.toThrow(`cannot read ${missing}: there is no such file`);
    await expect(readSettings(folder.path('.'))).rejects.toThrow('it is a directory');
  });
});
