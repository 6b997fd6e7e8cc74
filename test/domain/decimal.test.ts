import { describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import {
  Decimal,
  decimalPlaces,
  downToStep,
  isOnStep,
  maxOf,
  minOf,
  parseDecimal,
  toWire,
  whole,
} from '../../src/domain/decimal.js';

const decimal = (text: string): Decimal => new Decimal(text);

describe('Decimal', () => {
  it('takes no JavaScript number', () => {
    expect(() => new Decimal(0.1)).toThrow('[big.js] Invalid value');
    expect(() => decimal('1').plus(1)).toThrow('[big.js] Invalid value');
  });

  it('is exact where binary floating point is not', () => {
    expect(decimal('0.1').plus('0.2').toFixed()).toBe('0.3');
  });

  it('cuts quotients off after 40 decimals', () => {
    expect(decimal('2').div('3').toFixed()).toBe(`0.${'6'.repeat(40)}`);
  });

  it('leaves the settings of other users of big.js alone', () => {
    expect(new Big(0.1).div(3).toFixed()).toBe('0.03333333333333333333');
  });
});

describe('whole', () => {
  it('is the count', () => {
    expect([0, 5, Number.MAX_SAFE_INTEGER].map((count) => whole(count).toFixed())).toEqual([
      '0',
      '5',
      '9007199254740991',
    ]);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %p', (count) => {
    expect(() => whole(count)).toThrow(RangeError);
  });
});

describe('parseDecimal', () => {
  it.each([
    ['0', '0'],
    ['0.43190000', '0.4319'],
    ['007', '7'],
    ['12345678901234567890.12345678901234567890', '12345678901234567890.1234567890123456789'],
  ])('takes %p', (text, want) => {
    expect(parseDecimal(text)?.toFixed()).toBe(want);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '-1',
    '+1',
    '.5',
    '5.',
    '1e3',
    '1,5',
    '1.2.3',
    '0x10',
    'NaN',
    'Infinity',
    '1\n',
    '123456789012345678901',
    '0.123456789012345678901',
  ])('refuses %p', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});

describe('downToStep and isOnStep', () => {
  it.each([
    { value: '0.29', step: '0.01', want: '0.29' },
    { value: '0.299', step: '0.01', want: '0.29' },
    { value: '0.009', step: '0.01', want: '0' },
    { value: '7.4', step: '2.5', want: '5' },
    { value: '0', step: '0.1', want: '0' },
    { value: '1.23456789', step: '0', want: '1.23456789' },
    { value: '0.00000003', step: '0.00000002', want: '0.00000002' },
  ])('$value in steps of $step is $want', ({ value, step, want }) => {
    expect(downToStep(decimal(value), decimal(step)).toFixed()).toBe(want);
    expect(isOnStep(decimal(value), decimal(step))).toBe(value === want);
  });
});

describe('decimalPlaces and toWire', () => {
  it.each([
    { text: '100', places: 0, wire: '100.00000000' },
    { text: '0.5000', places: 1, wire: '0.50000000' },
    { text: '0.00000001', places: 8, wire: '0.00000001' },
    { text: '0.000000001', places: 9, wire: '0.000000001' },
    { text: '1e21', places: 0, wire: '1000000000000000000000.00000000' },
  ])('$text', ({ text, places, wire }) => {
    expect(decimalPlaces(decimal(text))).toBe(places);
    expect(toWire(decimal(text))).toBe(wire);
  });
});

it('minOf and maxOf pick one of the two', () => {
  const [one, two] = [decimal('1'), decimal('2')];
  expect([minOf(one, two), minOf(two, one), maxOf(one, two), maxOf(two, one)]).toEqual([one, one, two, two]);
});
