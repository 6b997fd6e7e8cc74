import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseExchangeInfo } from '../../src/exchange/exchange-info.js';
import type { ExchangeInfoDocument } from '../../src/exchange/simulator/api/exchange-info-document.js';
import { readJson } from '../../src/platform/input-file.js';
import { goldenLists } from '../support/golden.js';
import { goldenUntil, ordersOverSockets, type ParityCase } from '../support/parity.js';
import { stopSimulatorsAfterEach } from '../support/simulator.js';

const data = process.env.HEDGEHOG_TAPES as string;
const lists = goldenLists(join(data, 'golden'), join(data, 'tapes'));

/** As many events of each tape as are played in about a minute. */
const EVENTS = 3_500;
const TAPES = { ADAUSDT: 'ADAUSDT-2019-06-08', WAVESUSDT: 'WAVESUSDT-2019-06-08' };

stopSimulatorsAfterEach();

/** What the exchange says of the symbols of these tapes, and of no others: the whole document is large. */
async function exchangeInfo() {
  const source = join(data, 'exchange-info', 'exchange_info-2021.json.gz');
  const whole = (await readJson(source)) as ExchangeInfoDocument;
  const document = { ...whole, symbols: whole.symbols.filter(({ symbol }) => symbol in TAPES) };
  return { document, symbols: parseExchangeInfo(document, source) };
}

describe('recorded tapes traded over sockets, event by event, on a simulated exchange', () => {
  it.each(['S1', 'S4'])(
    'give the orders of the reference, of two symbols at once (%s)',
    async (settings) => {
      const cases: ParityCase[] = Object.entries(TAPES).map(([symbol, tape]) => {
        const list = lists.find(({ name }) => name === `${tape}-${settings}`);
        if (list === undefined) throw new Error(`there is no golden list of ${tape}`);
        return { list, symbol, events: EVENTS };
      });
      const placed = await ordersOverSockets(cases, await exchangeInfo());
      expect(placed.map(({ length }) => length > 1)).toEqual([true, true]);
      expect(placed).toEqual(cases.map(({ list }) => goldenUntil(list, EVENTS)));
    },
    180_000,
  );
});
