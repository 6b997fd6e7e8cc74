import { describe, expect, it } from '@jest/globals';
import { type GoldenList, OUR_LISTS } from '../support/golden.js';
import { goldenUntil, ordersOverSockets, type ParityCase } from '../support/parity.js';
import { stopSimulatorsAfterEach } from '../support/simulator.js';

stopSimulatorsAfterEach();

const EVENTS = 4_000;

const list = (name: string): GoldenList => {
  const found = OUR_LISTS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no golden list ${name}`);
  return found;
};

describe('what is traded over sockets, event by event, on a simulated exchange', () => {
  // ADAUSDT has the tick and the step of XRPUSDT.
  it.each(['S1', 'S4'])(
    'are the orders of the reference, of two symbols at once (%s)',
    async (settings) => {
      const cases: readonly ParityCase[] = [
        { list: list(`XRPUSDT-synthetic-volatile-${settings}`), symbol: 'XRPUSDT', events: EVENTS },
        { list: list(`XRPUSDT-synthetic-calm-${settings}`), symbol: 'ADAUSDT', events: EVENTS },
      ];
      const placed = await ordersOverSockets(cases);
      expect(placed.map(({ length }) => length > 5)).toEqual([true, true]);
      expect(placed).toEqual(cases.map((each) => goldenUntil(each.list, EVENTS)));
    },
    120_000,
  );
});
