import { decodeMarketFrame } from '../src/exchange/binance/market/market-frame.js';
import type { Benchmark } from './benchmark.js';
import { symbolAt } from './many-symbols.js';
import { interleaved, perSecond, ratios } from './measure.js';
import { figure } from './report.js';

const NAME = 'decode';
const UNIT = 'frames/s';
const ON = 'trades of combined streams';

const frameAt = (index: number): string => {
  const symbol = symbolAt(index % 1_500);
  return `{"stream":"${symbol.toLowerCase()}@trade","data":{"e":"trade","E":1767225600123,"s":"${symbol}","t":${index},"p":"${4_900 + (index % 200)}.12340000","q":"${1 + (index % 90)}.25000000","T":1767225600122,"m":${index % 2 === 0},"M":true}}`;
};

/** Frames of the market streams as events, with exact decimals and everything checked, beside what JSON.parse alone takes. */
export const benchDecode: Benchmark = async ({ isQuick, tell }) => {
  tell(`${NAME}: ${ON}`);
  const frames = Array.from({ length: isQuick ? 20_000 : 200_000 }, (_, index) => frameAt(index));
  const samples = await interleaved(isQuick ? 3 : 9, {
    decode: () =>
      perSecond(frames.length, () => {
        for (const frame of frames)
          if (decodeMarketFrame(frame).kind !== 'trade-event') throw new Error(`no trade: ${frame}`);
      }),
    parse: () =>
      perSecond(frames.length, () => {
        for (const frame of frames)
          if (typeof JSON.parse(frame) !== 'object') throw new Error(`no object: ${frame}`);
      }),
  });
  return [
    figure(NAME, ON, 'decoded', UNIT, samples.decode),
    figure(NAME, ON, 'JSON.parse alone', UNIT, samples.parse),
    figure(NAME, ON, 'decoded / JSON.parse', 'ratio', ratios(samples.decode, samples.parse)),
  ];
};
