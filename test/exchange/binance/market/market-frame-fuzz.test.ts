import { expect, it } from '@jest/globals';
import { decodeMarketFrame } from '../../../../src/exchange/binance/market/market-frame.js';
import { Random } from '../../../support/random.js';

const FRAMES = 80_000;
const SEED = 20_261_121;

const FRESH: readonly string[] = [
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1784246400130,"s":"BTCUSDT","t":5312,"p":"63990.00000000","q":"0.00100000","T":1784246400123,"m":false,"M":true}}',
  '{"e":"trade","E":1784246400130,"s":"BTCUSDT","t":5312,"p":"63990.00000000","q":"0.00100000","T":1784246400123,"m":true,"M":true}',
  '{"stream":"币安人生usdt@trade","data":{"e":"trade","E":1784246400130,"s":"币安人生USDT","t":9007199254740990,"p":"0.00000001","q":"99999999.99999999","T":1784246400123,"m":true}}',
  '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1784246400123}}',
  '{"result":null,"id":1}',
  '{"code":2,"msg":"Invalid request","id":7}',
];

const BITS = ['"', '{', '}', '[', ']', ':', ',', '.', '-', 'e', 'E', '0', '9', '\\', '\\u0030', ' ', '\n'];
const WORDS = ['null', 'true', 'false', '""', '{}', '[]', '"t":1,', '"0"', '1e400', '-0', '"__proto__":1,'];

function mutated(frame: string, random: Random): string {
  let text = frame;
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(text.length + 1);
    const to = at + random.below(random.chance(0.7) ? 3 : 40);
    const [before, inside, after] = [text.slice(0, at), text.slice(at, to), text.slice(to)];
    text = random.pick([
      () => before + after,
      () => before + random.pick(BITS) + after,
      () => before + random.pick(WORDS) + after,
      () => before + random.pick(BITS) + text.slice(at),
      () => before + inside + inside + after,
      () => before + String.fromCharCode(random.below(0x3000)) + after,
      () => text.replace(/\d+/, () => String(random.below(3))),
      () =>
        text.replaceAll(
          /"(p|q)":"[^"]*"/g,
          (_, name) =>
            `"${name}":"${random.pick(['0', '0.0', '1e8', '+1', '1.', '.1', ' 1', '1'.repeat(30), '007.50'])}"`,
        ),
    ])();
  }
  return text;
}

/** What a trade in a frame says, read by regular expressions from what JSON holds, numbers in their own digits. */
function strictTrade(text: string): Readonly<Record<string, string>> | null {
  let frame: unknown;
  try {
    // The reviver's values are the parser's; so every number is made a string before it is parsed at all.
    frame = JSON.parse(withNumbersQuoted(text));
    JSON.parse(text);
  } catch {
    return null;
  }
  if (frame === null || typeof frame !== 'object' || Array.isArray(frame)) return null;
  const outer = new Map(Object.entries(frame));
  const stream: unknown = outer.get('stream');
  const data: unknown = stream === undefined ? frame : outer.get('data');
  if (stream !== undefined && typeof stream !== 'string') return null;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  const fields = new Map<string, unknown>(Object.entries(data));
  const of = (name: string, shape: RegExp): string => {
    const value = fields.get(name);
    if (typeof value !== 'string' || !shape.test(value)) throw new Error(name);
    return value;
  };
  try {
    of('e', /^trade$/);
    const symbol = of('s', /[\s\S]/);
    if (stream !== undefined && stream !== `${symbol.toLowerCase()}@trade`) return null;
    const whole = (name: string, limit: bigint): string => {
      const value = wholeNumber(of(name, /^#-?\d/).slice(1));
      if (value === null || value < 0n || value > limit) throw new Error(name);
      return value.toString();
    };
    const decimal = (name: string): string => {
      const [whole_, fraction = ''] = of(name, /^(?!#)\d{1,20}(\.\d{1,20})?$/).split('.') as [
        string,
        string?,
      ];
      const units = BigInt(whole_ + fraction.padEnd(20, '0'));
      if (units === 0n) throw new Error(name);
      return units.toString();
    };
    const time = (name: string): string => {
      const value = whole(name, 10n ** 14n - 1n);
      if (value === '0') throw new Error(name);
      return value;
    };
    return {
      symbol,
      tradeId: whole('t', 2n ** 53n - 1n),
      price: decimal('p'),
      quantity: decimal('q'),
      tradeTime: time('T'),
      eventTime: time('E'),
      buyerIsMaker: of('m', /^#(true|false)$/).slice(1),
    };
  } catch {
    return null;
  }
}

/** Every number and word outside of strings becomes a string of its own, marked. */
const withNumbersQuoted = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false/g, (token) =>
    token.startsWith('"') ? token : `"#${token}"`,
  );

/** The value of a JSON number, exactly; null when it is not whole. `531.2e1` is 5312. */
function wholeNumber(text: string): bigint | null {
  const [, sign = '', digits = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (digits === '') return null;
  const shift = Number(exponent) - fraction.length;
  if (Math.abs(shift) > 400) return null;
  const all = BigInt(sign + digits + fraction);
  if (shift >= 0) return all * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return all % divisor === 0n ? all / divisor : null;
}

/** Twenty decimals as a whole number. */
const units = (text: string): string => {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(20, '0')).toString();
};

it(`reads ${FRAMES} damaged frames as a strict reading does, and throws at none (seed ${SEED})`, () => {
  const random = new Random(SEED);
  let trades = 0;
  let others = 0;
  const wrong: unknown[] = [];
  for (let count = 0; count < FRAMES; count++) {
    const text = mutated(random.pick(FRESH), random);
    const frame = decodeMarketFrame(text);
    const read =
      frame.kind === 'trade-event'
        ? {
            symbol: frame.symbol,
            tradeId: String(frame.tradeId),
            price: units(frame.price.toFixed()),
            quantity: units(frame.quantity.toFixed()),
            tradeTime: String(frame.tradeTime),
            eventTime: String(frame.eventTime),
            buyerIsMaker: String(frame.buyerIsMaker),
          }
        : null;
    if (read === null) others++;
    else trades++;
    if (JSON.stringify(read) !== JSON.stringify(strictTrade(text))) wrong.push({ text, read });
  }
  expect(wrong).toEqual([]);
  // Both sides of the question were asked.
  expect(trades).toBeGreaterThan(FRAMES / 100);
  expect(others).toBeGreaterThan(FRAMES / 2);
});
