import { describe, expect, it } from '@jest/globals';
import { decodeMarketFrame } from '../../../../src/exchange/binance/market/market-frame.js';

const TRADE = {
  e: 'trade',
  E: 1784246400130,
  s: 'BTCUSDT',
  t: 5312,
  p: '63990.00000000',
  q: '0.00100000',
  T: 1784246400123,
  m: false,
  M: true,
};

const raw = (changed: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...TRADE, ...changed });
const combined = (changed: Readonly<Record<string, unknown>> = {}, stream = 'btcusdt@trade'): string =>
  JSON.stringify({ stream, data: { ...TRADE, ...changed } });

describe('decodeMarketFrame', () => {
  it.each([
    { form: 'raw', text: raw() },
    { form: 'of a combined stream', text: combined() },
  ])('reads a trade, $form', ({ text }) => {
    const frame = decodeMarketFrame(text);
    if (frame.kind !== 'trade-event') throw new Error(`read as ${frame.kind}`);
    const { price, quantity, ...rest } = frame;
    expect(rest).toEqual({
      kind: 'trade-event',
      symbol: 'BTCUSDT',
      tradeId: 5312,
      tradeTime: 1784246400123,
      eventTime: 1784246400130,
      buyerIsMaker: false,
      origin: 'exchange',
    });
    expect([price.toFixed(), quantity.toFixed()]).toEqual(['63990', '0.001']);
  });

  it('reads the trades of a symbol that is not of ASCII', () => {
    expect(decodeMarketFrame(combined({ s: '币安人生USDT' }, '币安人生usdt@trade'))).toMatchObject({
      kind: 'trade-event',
      symbol: '币安人生USDT',
    });
  });

  it('takes 0 for an id, and the largest that is exact', () => {
    for (const t of [0, Number.MAX_SAFE_INTEGER])
      expect(decodeMarketFrame(raw({ t }))).toMatchObject({ tradeId: t });
  });

  it.each([
    { given: { s: undefined }, why: 'a trade has no symbol' },
    { given: { s: '' }, why: 'a trade has no symbol' },
    { given: { s: 7 }, why: 'a trade has no symbol' },
    { given: { t: undefined }, why: 'a trade has no id' },
    { given: { t: '5312' }, why: 'a trade has no id' },
    { given: { t: -1 }, why: 'a trade has no id' },
    { given: { t: 1.5 }, why: 'a trade has no id' },
    { given: { t: 2 ** 53 }, why: 'a trade has no id' },
    { given: { p: '0.00000000' }, why: 'a trade has no price' },
    { given: { p: 63990 }, why: 'a trade has no price' },
    { given: { p: '-1' }, why: 'a trade has no price' },
    { given: { p: '1e3' }, why: 'a trade has no price' },
    { given: { p: '' }, why: 'a trade has no price' },
    { given: { q: '0' }, why: 'a trade has no quantity' },
    { given: { q: null }, why: 'a trade has no quantity' },
    { given: { q: 'NaN' }, why: 'a trade has no quantity' },
    { given: { T: undefined }, why: 'a trade has no time' },
    { given: { T: 0 }, why: 'a trade has no time' },
    { given: { E: '1784246400130' }, why: 'a trade has no time' },
    { given: { E: 1784246400130123 }, why: 'a trade has no time' },
    { given: { m: 'false' }, why: 'a trade has no maker' },
    { given: { m: undefined }, why: 'a trade has no maker' },
  ])('does not read a trade with $given', ({ given, why }) => {
    expect(decodeMarketFrame(raw(given))).toEqual({ kind: 'malformed', why, raw: raw(given) });
  });

  it('does not read a trade that comes on the stream of another symbol', () => {
    expect(decodeMarketFrame(combined({ s: 'ETHUSDT' }))).toMatchObject({
      why: 'a trade is of another symbol than its stream',
    });
  });

  it.each([
    { text: '', why: 'it is not JSON' },
    { text: '<html>', why: 'it is not JSON' },
    { text: raw().slice(0, -1), why: 'it is not JSON' },
    { text: '[]', why: 'it is not an object' },
    { text: 'null', why: 'it is not an object' },
    { text: '17', why: 'it is not an object' },
    { text: '{}', why: 'it is neither an event nor an answer' },
    { text: '{"stream":"btcusdt@trade"}', why: 'its stream has no data' },
    { text: '{"stream":"btcusdt@trade","data":[1]}', why: 'its stream has no data' },
    { text: '{"stream":1,"data":{}}', why: 'its stream has no name' },
    { text: '{"e":7}', why: 'its event has no name' },
    { text: '{"result":null,"id":1.5}', why: 'an answer has no id' },
    { text: '{"result":null}', why: 'it is neither an event nor an answer' },
    { text: '{"id":1}', why: 'it is neither an event nor an answer' },
  ])('says of $text that $why', ({ text, why }) => {
    expect(decodeMarketFrame(text)).toEqual({ kind: 'malformed', why, raw: text });
  });

  it('shows no more than 200 characters of what it cannot read', () => {
    expect(decodeMarketFrame('x'.repeat(10_000))).toMatchObject({ raw: 'x'.repeat(200) });
  });

  it.each([
    '{"e":"serverShutdown","E":1784246400123}',
    '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1784246400123}}',
  ])('reads %s', (text) => {
    expect(decodeMarketFrame(text)).toEqual({ kind: 'server-shutdown' });
  });

  it.each([
    { text: '{"result":null,"id":1}', frame: { kind: 'answer', id: 1, result: null } },
    { text: '{"result":["a@trade"],"id":"q"}', frame: { kind: 'answer', id: 'q', result: ['a@trade'] } },
    { text: '{"result":true,"id":null}', frame: { kind: 'answer', id: null, result: true } },
    {
      text: '{"code":2,"msg":"Invalid request: x","id":3}',
      frame: { kind: 'refusal', id: 3, code: 2, message: 'Invalid request: x' },
    },
    {
      text: '{"error":{"code":3,"msg":"Invalid JSON: x"},"id":null}',
      frame: { kind: 'refusal', id: null, code: 3, message: 'Invalid JSON: x' },
    },
    { text: '{"code":1}', frame: { kind: 'refusal', id: null, code: 1, message: '' } },
  ])('reads the answer $text', ({ text, frame }) => {
    expect(decodeMarketFrame(text)).toEqual(frame);
  });

  it.each([
    { text: '{"e":"aggTrade","s":"BTCUSDT"}', event: 'aggTrade' },
    { text: '{"stream":"btcusdt@kline_1m","data":{"e":"kline"}}', event: 'kline' },
    { text: '{"stream":"btcusdt@depth5","data":{"lastUpdateId":160,"bids":[]}}', event: 'btcusdt@depth5' },
  ])('leaves $text alone', ({ text, event }) => {
    expect(decodeMarketFrame(text)).toEqual({ kind: 'unknown-event', event });
  });
});
