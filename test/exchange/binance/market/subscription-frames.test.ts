import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tradeStream } from '../../../../src/exchange/binance/market/stream-names.js';
import {
  FRAME_LIMITS,
  inFrames,
  subscriptionFrame,
} from '../../../../src/exchange/binance/market/subscription-frames.js';

describe('subscription frames', () => {
  it('say what the exchange expects', () => {
    expect(subscriptionFrame('SUBSCRIBE', ['btcusdt@trade', 'ethusdt@trade'], 1)).toBe(
      '{"method":"SUBSCRIBE","params":["btcusdt@trade","ethusdt@trade"],"id":1}',
    );
  });

  it('name streams in small letters', () => {
    expect(tradeStream('BTCUSDT')).toBe('btcusdt@trade');
    expect(tradeStream('币安人生USDT')).toBe('币安人生usdt@trade');
  });

  it('are none for no names', () => {
    expect(inFrames([])).toEqual([]);
  });

  it('are six for all that one connection can carry', () => {
    const names = Array.from({ length: 1_024 }, (_, index) => tradeStream(`COIN${index}USDT`));
    expect(inFrames(names)).toHaveLength(6);
  });

  it('hold every name once and in order, within the limits, and no frame could take the next name too', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 200 }),
        fc.record({
          maxNames: fc.integer({ min: 1, max: 50 }),
          maxBytes: fc.integer({ min: 400, max: 2_000 }),
        }),
        (names, limits) => {
          const frames = inFrames(names, limits);
          expect(frames.flat()).toEqual(names);
          const fits = (some: readonly string[]): boolean =>
            some.length <= limits.maxNames &&
            Buffer.byteLength(subscriptionFrame('UNSUBSCRIBE', some, Number.MAX_SAFE_INTEGER)) <=
              limits.maxBytes;
          expect(frames.every(fits)).toBe(true);
          for (const [index, frame] of frames.entries()) {
            const next = frames[index + 1]?.[0];
            // One byte is counted for a comma that the first name has not.
            if (next !== undefined) expect(fits([...frame, `${next}x`])).toBe(false);
          }
        },
      ),
    );
  });

  it('send a name that is too long for any frame alone', () => {
    const long = 'x'.repeat(FRAME_LIMITS.maxBytes);
    expect(inFrames(['a', long, 'b'])).toEqual([['a'], [long], ['b']]);
  });
});
