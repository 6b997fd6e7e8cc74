import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Decimal, ZERO } from '../../src/domain/decimal.js';
import { comparableOrders, goldenOrders, OUR_LISTS } from '../support/golden.js';
import { hedgehog, type Ran } from '../support/hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const inFolder = folder.path;

const TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-volatile.csv.gz';
const SETTINGS = 'test/fixtures/golden/settings-S4.json';
const base = ['backtest', '--tape', TAPE, '--symbol', 'XRPUSDT'];

interface Row {
  readonly side: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly status: string;
  readonly placed: string;
  readonly filled: string;
}

function rowsOf(csv: string): Row[] {
  return csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [, side, price, quantity, status, placed, filled] = line.split(',');
      return {
        side: side as string,
        price: new Decimal(price as string),
        quantity: new Decimal(quantity as string),
        status: status as string,
        placed: placed as string,
        filled: filled as string,
      };
    });
}

/** Every sell was placed on the event that filled its buy, for the same quantity, at the price the formula gives. */
function buyOf(sell: Row, buys: Row[]): Row {
  const fee = new Decimal('1.001');
  const profit = new Decimal('1.0005');
  const at = buys.findIndex((buy) => {
    const wanted = buy.price.times(fee).times(profit).times(fee);
    const price = wanted.minus(wanted.mod(new Decimal('0.0001')));
    return buy.filled === sell.placed && buy.quantity.eq(sell.quantity) && price.eq(sell.price);
  });
  expect(at).toBeGreaterThanOrEqual(0);
  return buys.splice(at, 1)[0] as Row;
}

describe('hedgehog backtest', () => {
  let ran: Ran;
  let csv: string;
  beforeAll(async () => {
    ran = await hedgehog(
      ...base,
      '--settings',
      SETTINGS,
      '--orders-out',
      inFolder('orders.csv'),
      '--json',
      '--inspect',
    );
    csv = readFileSync(inFolder('orders.csv'), 'utf8');
  });

  it('prints one JSON object and nothing else on standard output', () => {
    expect(ran.code).toBe(0);
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(Object.keys(JSON.parse(ran.stdout))).toEqual([
      'symbol',
      'events',
      'orders',
      'fills',
      'cycles',
      'openOrders',
      'grossProfit',
      'fees',
      'netProfit',
      'elapsedMs',
      'eventsPerSecond',
      'ordersHash',
    ]);
  });

  it('counts what the order list holds', () => {
    const rows = rowsOf(csv);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      symbol: 'XRPUSDT',
      events: 20_000,
      orders: rows.length,
      fills: rows.filter(({ status }) => status === 'FILLED').length,
      cycles: rows.filter(({ side, status }) => side === 'SELL' && status === 'FILLED').length,
      openOrders: rows.filter(({ status }) => status === 'NEW').length,
    });
    expect(rows).toHaveLength(606);
  });

  it('reports the profit and fees that the order list adds up to', () => {
    const rows = rowsOf(csv);
    const buys = rows.filter(({ side, status }) => side === 'BUY' && status === 'FILLED');
    let gross = ZERO;
    let turnover = ZERO;
    for (const sell of rows.filter(({ side }) => side === 'SELL')) {
      const buy = buyOf(sell, buys);
      if (sell.status !== 'FILLED') continue;
      gross = gross.plus(sell.quantity.times(sell.price.minus(buy.price)));
      turnover = turnover.plus(sell.quantity.times(sell.price.plus(buy.price)));
    }
    const fees = turnover.times(new Decimal('0.001'));
    expect(JSON.parse(ran.stdout)).toMatchObject({
      grossProfit: gross.toFixed(),
      fees: fees.toFixed(),
      netProfit: gross.minus(fees).toFixed(),
    });
  });

  it('hashes the rows of the order list', () => {
    const hash = createHash('sha256').update(comparableOrders(csv).join('\n')).digest('hex');
    expect((JSON.parse(ran.stdout) as { ordersHash: string }).ordersHash).toBe(hash);
  });

  it('writes the orders in order of placement, with eight decimals', () => {
    const [head, first] = csv.split('\n');
    expect(head).toBe('order_id,side,price,orig_qty,final_status,placed_index,filled_index');
    expect(first).toMatch(/^1,BUY,\d+\.\d{8},\d+\.\d{8},(FILLED|NEW),0,\d*$/);
    expect(rowsOf(csv).map(({ placed }) => Number(placed))).toEqual(
      rowsOf(csv)
        .map(({ placed }) => Number(placed))
        .toSorted((a, b) => a - b),
    );
  });

  it('shows the actor tree on standard error when standard output is JSON', () => {
    expect(ran.stderr).toMatch(/^Hedgehog +0 +\d+ +0 +\S+s {2}strategy: /m);
    expect(ran.stderr).toMatch(/└─ Leader XRPUSDT .*25 of 25/);
    expect(ran.stderr.match(/[├└]─ Trader \d+ /g)).toHaveLength(25);
  });

  it.each(OUR_LISTS)('gives the orders of the reference by way of the command line: $name', async (list) => {
    const out = inFolder(`${list.name}.csv`);
    const { code, stderr } = await hedgehog(
      ...['backtest', '--tape', list.tapeFile, '--symbol', list.symbol],
      ...['--settings', list.settingsFile, '--orders-out', out],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(comparableOrders(readFileSync(out, 'utf8'))).toEqual(goldenOrders(list));
  });

  it('prints a summary that a person can read', async () => {
    const { stdout, code } = await hedgehog(...base, '--settings', SETTINGS);
    expect(code).toBe(0);
    for (const line of [
      /events +│ +20,000/,
      /orders +│ +606/,
      /cycles closed +│ +278/,
      /net result +│ +18\.597139793 USDT/,
    ]) {
      expect(stdout).toMatch(line);
    }
  });

  it('trades what a Binance trade dump holds just as the same trades in our own format', async () => {
    const { gunzipSync } = await import('node:zlib');
    const [, ...rows] = gunzipSync(readFileSync(TAPE)).toString().trim().split('\n');
    const dump = rows.map((row) => {
      const [, , , id, price, quantity, , , time, maker] = row.split(',');
      return `${id},${price},${quantity},0.1,${time}000,${maker === 'true' ? 'True' : 'False'},True`;
    });
    writeFileSync(inFolder('dump.csv'), `${dump.join('\n')}\n`);
    const dumped = await hedgehog(
      'backtest',
      '--tape',
      inFolder('dump.csv'),
      '--symbol',
      'XRPUSDT',
      '--settings',
      SETTINGS,
      '--json',
    );
    const { ordersHash } = JSON.parse(ran.stdout) as { ordersHash: string };
    expect(JSON.parse(dumped.stdout)).toMatchObject({ events: 20_000, ordersHash });
  });
});

describe('hedgehog backtest refuses, with a message and exit code 2', () => {
  const write = (name: string, content: string | Buffer): string => folder.write(content, name);
  const HEAD =
    'event_type,event_time,symbol,trade_id,price,quantity,buyer_order_id,seller_order_id,trade_time,buyer_market_maker';
  const row = (id: number, price = '0.5', symbol = 'XRPUSDT'): string =>
    `trade,${id},${symbol},${id},${price},10,1,2,${id},true`;
  const settings = (text: string) => () => [...base, '--settings', write('settings.json', text)];
  const tape =
    (text: string | Buffer, ...more: string[]) =>
    () => ['backtest', '--tape', write('tape.csv', text), '--symbol', 'XRPUSDT', ...more];

  it.each<[string, () => string[], (string | RegExp)[]]>([
    ['no tape given', () => ['backtest', '--symbol', 'XRPUSDT'], ['--tape']],
    ['no symbol given', () => ['backtest', '--tape', TAPE], ['--symbol']],
    ['an unknown command', () => ['trade'], ['trade']],
    ['an unknown option', () => [...base, '--fast'], ['--fast']],
    ['one argument too many', () => [...base, 'more'], ['argument']],
    ['an unknown fill model', () => [...base, '--fill-model', 'magic'], ['--fill-model', 'magic', 'book']],
    ['an unknown log level', () => [...base, '--log-level', 'loud'], ['--log-level', 'loud', 'debug']],
    [
      'a tape that is not there',
      () => ['backtest', '--tape', 'nowhere.csv', '--symbol', 'XRPUSDT'],
      ['nowhere.csv'],
    ],
    [
      'a symbol that is not listed',
      () => ['backtest', '--tape', TAPE, '--symbol', 'xrpusdt'],
      ['xrpusdt', 'XRPUSDT'],
    ],
    [
      'a tape of another symbol',
      () => ['backtest', '--tape', TAPE, '--symbol', 'ADAUSDT'],
      ['line 2', 'XRPUSDT', 'ADAUSDT'],
    ],
    ['an empty tape', tape(''), ['tape.csv', 'empty']],
    ['a tape with nothing but a header', tape(`${HEAD}\n`), ['tape.csv', 'empty']],
    [
      'a truncated archive',
      tape(gzipSync(`${HEAD}\n${row(1)}\n`).subarray(0, 40)),
      ['tape.csv', 'truncated'],
    ],
    ['a malformed row', tape(`${HEAD}\n${row(1)}\n${row(2, '1e3')}\n`), ['line 3', 'price', '1e3']],
    ['rows out of order', tape(`${HEAD}\n${row(2)}\n${row(1)}\n`), ['line 3', '--sort']],
    ['settings that are not there', () => [...base, '--settings', 'nowhere.json'], ['nowhere.json']],
    ['settings that are no JSON', settings('{chunks'), ['settings.json', 'JSON']],
    ['an unknown setting', settings('{"chunk": 5}'), ['chunk', 'chunks']],
    ['no chunk', settings('{"chunks": 0}'), ['chunks', '0', 'whole number from 1']],
    ['half a chunk', settings('{"chunks": 1.5}'), ['chunks', '1.5']],
    ['no budget', settings('{"budget": "0"}'), ['budget', '0']],
    ['a buy-down of all', settings('{"buy_down_interval": "1"}'), ['buy_down_interval', '"1"']],
    ['a negative rebuy', settings('{"rebuy_interval": -0.1}'), ['rebuy_interval', '-0.1']],
    ['a profit of minus one', settings('{"profit_interval": "-1"}'), ['profit_interval', '-1']],
    ['a fee of one', settings('{"fee": 1}'), ['fee', '1']],
    [
      'a budget too small for its chunks',
      settings('{"budget": "49.99"}'),
      ['budget', '49.99', 'MIN_NOTIONAL', '50'],
    ],
    ['exchange info that is not there', () => [...base, '--exchange-info', 'nowhere.json'], ['nowhere.json']],
    [
      'exchange info without symbols',
      () => [...base, '--exchange-info', write('info.json', '{}')],
      ['info.json', 'symbols'],
    ],
    [
      'orders into a folder that is not there',
      () => [...base, '--orders-out', '/nowhere/orders.csv'],
      ['/nowhere/orders.csv'],
    ],
    ['orders into a folder', () => [...base, '--orders-out', dirname(inFolder('x'))], ['directory']],
  ])('%s', async (_name, args, says) => {
    const { code, stdout, stderr } = await hedgehog(...args());
    expect(code).toBe(2);
    expect(stdout).toBe('');
    for (const text of says) expect(stderr).toMatch(text);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('takes rows out of order with --sort', async () => {
    const { code, stdout } = await hedgehog(...tape(`${HEAD}\n${row(2)}\n${row(1)}\n`, '--sort', '--json')());
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ events: 2 });
  });

  it('leaves the old order list alone when the tape turns out to be bad', async () => {
    const out = write('orders.csv', 'precious');
    const { code } = await hedgehog(...tape(`${HEAD}\n${row(1)}\nbad\n`, '--orders-out', out)());
    expect(code).toBe(2);
    expect(readFileSync(out, 'utf8')).toBe('precious');
  });

  it('takes a budget that is just enough', async () => {
    const { code } = await hedgehog(...settings('{"budget": "50"}')());
    expect(code).toBe(0);
  });
});
