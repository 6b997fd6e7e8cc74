import { describe, expect, it } from '@jest/globals';
import { openTape } from '../../../src/backtest/tape/tape.js';
import { openTapeColumns } from '../../../src/backtest/tape/tape-columns.js';
import { dumpRowOf, rowOf, tapeText } from '../../support/tape-text.js';
import { tempFolder } from '../../support/temp-folder.js';
import { aTradeEvent, tradesFrom } from '../../support/trade-events.js';

const folder = tempFolder();
const SYMBOL = 'XRPUSDT';
const FIXTURE = 'test/fixtures/tapes/XRPUSDT-synthetic-volatile.csv.gz';

interface Told {
  readonly trades: readonly string[];
  readonly error: string | undefined;
}

async function toldOf<Batch>(
  batches: AsyncIterable<Batch>,
  textsOf: (batch: Batch) => string[],
): Promise<Told> {
  const trades: string[] = [];
  try {
    for await (const batch of batches) trades.push(...textsOf(batch));
  } catch (error) {
    return { trades, error: (error as Error).message };
  }
  return { trades, error: undefined };
}

const eventTexts = (events: readonly ReturnType<typeof aTradeEvent>[]) =>
  events.map(({ tradeId, tradeTime, eventTime, buyerIsMaker, price, quantity }) =>
    [tradeId, tradeTime, eventTime, buyerIsMaker, price.toFixed(), quantity.toFixed()].join(' '),
  );

/** The trades of a file in both ways, and how many were read by columns. */
async function bothWays(file: string) {
  let byColumns = 0;
  const fast = await toldOf(openTapeColumns(file, { symbol: SYMBOL }), (batch) => {
    if (!('count' in batch)) return eventTexts(batch);
    byColumns += batch.count;
    const decimal = (starts: Uint32Array, ends: Uint32Array, row: number) =>
      aTradeEvent({
        price: Buffer.from(batch.text.subarray(starts[row], ends[row])).toString(),
      }).price.toFixed();
    return Array.from({ length: batch.count }, (_, row) =>
      [
        batch.tradeIds[row],
        batch.tradeTimes[row],
        batch.eventTimes[row],
        batch.buyersAreMakers[row] === 1,
        decimal(batch.priceStarts, batch.priceEnds, row),
        decimal(batch.quantityStarts, batch.quantityEnds, row),
      ].join(' '),
    );
  });
  const slow = await toldOf(openTape(file, { symbol: SYMBOL }), eventTexts);
  return { fast, slow, byColumns };
}

const HEAD = 'event_type,event_time,symbol,trade_id,price,quantity,trade_time,buyer_market_maker';
const row = (given: Record<string, string> = {}): string => {
  const fields = {
    id: '3',
    price: '0.4',
    quantity: '1.50',
    time: '3000',
    told: '3001',
    maker: 'true',
    ...given,
  };
  return `trade,${fields.told},XRPUSDT,${fields.id},${fields.price},${fields.quantity},${fields.time},${fields.maker}`;
};

describe('openTapeColumns', () => {
  it('reads every row of a plain tape by columns', async () => {
    const { fast, slow, byColumns } = await bothWays(FIXTURE);
    expect(fast).toEqual(slow);
    expect(byColumns).toBe(20_000);
  });

  it('reads every row of a dump by columns', async () => {
    const rows = tradesFrom(1, 3_000).map((event) => dumpRowOf(event));
    const { fast, slow, byColumns } = await bothWays(folder.write(`${rows.join('\n')}\n`, 'dump.csv'));
    expect(fast).toEqual(slow);
    expect(byColumns).toBe(3_000);
  });

  it.each([
    row({ price: '12345678901234567890.12345678901234567890' }),
    row({ price: '00010000', quantity: '100.000' }),
    row({ price: '0.00000001', quantity: '10000.00010' }),
    row({ id: '9007199254740991', time: '9007199254740991', told: '0' }),
  ])('reads %s by columns', async (text) => {
    const { fast, slow, byColumns } = await bothWays(folder.write(`${HEAD}\n${text}\r\n`, 'one.csv'));
    expect(fast).toEqual(slow);
    expect(slow.error).toBeUndefined();
    expect(byColumns).toBe(1);
  });

  it.each([
    ...['0', '0.000', '', '.5', '5.', '1e3', '-1', '+1', ' 1', '1 ', '1.2.3', '1_0', 'NaN', '"0.5"', '"0.5'],
    ...['123456789012345678901', '0.123456789012345678901', '１'],
  ])('judges the price %j like openTape', async (price) => {
    await expectAlike(`${HEAD}\n${row({ id: '1', time: '1' })}\n${row({ price })}\n${row({ id: '4' })}\n`);
  });

  it.each([...['', '-1', '1.0', '9007199254740992', '99999999999999999', '0009', '2', '1', '"3"', ' 3']])(
    'judges the id %j like openTape',
    async (id) => {
      await expectAlike(`${HEAD}\n${row({ id: '2', time: '1' })}\n${row({ id })}\n`);
    },
  );

  it.each([
    ['a side in capitals', `${HEAD}\n${row({ maker: 'True' })}\n`],
    ['a side with more after it', `${HEAD}\n${row({ maker: 'truer' })}\n`],
    ['an earlier time', `${HEAD}\n${row()}\n${row({ id: '4', time: '2999' })}\n`],
    ['a column more', `${HEAD}\n${row()}\n${row({ id: '4' })},x\n`],
    ['a column less', `${HEAD}\n${row()}\ntrade,1,XRPUSDT,4,1,1,3000\n`],
    ['another symbol', `${HEAD}\n${row()}\n${row({ id: '4' }).replace('XRP', 'ADA')}\n`],
    ['blank lines at the end', `${HEAD}\r\n${row()}\r\n\r\n\n`],
    ['a blank line in between', `${HEAD}\n${row()}\n\n${row({ id: '4' })}\n`],
    ['a blank line first', `\n${HEAD}\n${row()}\n`],
    ['no line break at the end', `${HEAD}\n${row()}\n${row({ id: '4' })}`],
    ['half a line break at the end', `${HEAD}\n${row()}\n${row({ id: '4' })}\r`],
    ['a byte order mark', `\ufeff${HEAD}\n${row()}\n`],
    ['a byte order mark in between', `${HEAD}\n${row()}\n\ufeff${row({ id: '4' })}\n`],
    [
      'a column that nobody needs',
      `note,${HEAD}\nä,${row()}\n"a, ""b""\nc",${row({ id: '4' })}\nx,${row()}\n`,
    ],
    ['an endless row', `note,${HEAD}\nx,${row()}\n${'x'.repeat(20_000)},${row({ id: '4' })}\n`],
    ['a long row', `note,${HEAD}\nx,${row()}\n${'x'.repeat(5_000)},${row({ id: '4' })}\n`],
    ['a header alone', `${HEAD}\n`],
    ['a header without its end', HEAD],
    ['nothing', ''],
    ['a column missing', `${HEAD.replace('price', 'cost')}\n${row()}\n`],
    ['a wrong row in a dump', '1,0.4,2,0.8,1559347200000,TRUE,True\n2,0.4,2,0.8,1559347200000000,no,True\n'],
  ])('judges %s like openTape', async (_, text) => {
    await expectAlike(text);
  });

  it('goes on from wherever the plain rows end', async () => {
    const rows = tradesFrom(1, 5_000).map(rowOf);
    for (const bad of [999, 1_000, 1_001, 2_345, 4_999]) {
      await expectAlike(tapeText(...rows.slice(0, bad), 'bad', ...rows.slice(bad)));
      await expectAlike(
        tapeText(...rows.slice(0, bad), `"${rows[bad]?.replace(',', '",')}`, ...rows.slice(bad + 1)),
      );
    }
  });
});

async function expectAlike(text: string): Promise<void> {
  const { fast, slow } = await bothWays(folder.write(text, 'tape.csv'));
  expect(fast.error).toBe(slow.error);
  // Before an error, openTape keeps back the rows of the same batch.
  expect(fast.trades.slice(0, slow.trades.length)).toEqual(slow.trades);
  if (slow.error === undefined) expect(fast.trades).toEqual(slow.trades);
}
