import { describe, expect, it } from '@jest/globals';
import {
  demoEnvironment,
  MADE_UP,
  SYMBOLS,
  TAPE_SYMBOL,
  TAPE_TRADES,
  variablesFor,
} from '../../../src/app/demo/demo-terms.js';
import { BUNDLED_EXCHANGE_INFO, DEMO_TAPE } from '../../../src/app/project-files.js';
import { openTape } from '../../../src/backtest/tape/tape.js';
import { readExchangeInfo } from '../../../src/exchange/exchange-info.js';

describe('the terms of the demo', () => {
  it('three symbols that the exchange lists, one of them with the bundled tape', async () => {
    const listed = await readExchangeInfo(BUNDLED_EXCHANGE_INFO);
    expect([...MADE_UP, TAPE_SYMBOL].toSorted()).toEqual(SYMBOLS.map(({ symbol }) => symbol).toSorted());
    expect(SYMBOLS).toHaveLength(3);
    for (const { symbol, baseAsset, quoteAsset } of SYMBOLS)
      expect(listed.get(symbol)).toMatchObject({ baseAsset, quoteAsset });
    let trades = 0;
    for await (const batch of openTape(DEMO_TAPE, { symbol: TAPE_SYMBOL })) trades += batch.length;
    expect(trades).toBe(TAPE_TRADES);
  });

  it('its Hedgehog keeps of the environment only where files are', () => {
    const own = {
      ...{ PATH: '/bin', HEDGEHOG_DATA_DIR: '/tmp/x', HEDGEHOG_EXCHANGE: 'binance', HEDGEHOG_LIVE: 'yes' },
      ...{ HEDGEHOG_API_KEY: 'key', DATABASE_URL: 'postgres://x/y', HEDGEHOG_TAPE: 'a.csv' },
    };
    expect(demoEnvironment(own, 'http://127.0.0.1:1')).toEqual({
      ...{ PATH: '/bin', HEDGEHOG_DATA_DIR: '/tmp/x' },
      ...{ HEDGEHOG_EXCHANGE: 'simulator', HEDGEHOG_SIMULATOR_URL: 'http://127.0.0.1:1' },
      ...{ HEDGEHOG_DATABASE: 'hedgehog_demo', HEDGEHOG_LOG_LEVEL: 'warn', HEDGEHOG_CONTROL_PORT: '0' },
    });
  });

  it.each([
    { own: {}, says: 'HEDGEHOG_DATABASE=hedgehog_demo ' },
    {
      own: { HEDGEHOG_DATA_DIR: '/a/b-c' },
      says: 'HEDGEHOG_DATA_DIR=/a/b-c HEDGEHOG_DATABASE=hedgehog_demo ',
    },
    {
      own: { HEDGEHOG_DATA_DIR: "/it's here", DATABASE_URL: 'postgres://x/y' },
      says: "HEDGEHOG_DATA_DIR='/it'\\''s here' DATABASE_URL= HEDGEHOG_DATABASE=hedgehog_demo ",
    },
  ])('other commands find its database by $says', ({ own, says }) => {
    expect(variablesFor(own)).toBe(says);
  });
});
