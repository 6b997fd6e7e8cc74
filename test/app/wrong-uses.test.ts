import { expect, it } from '@jest/globals';
import { commandsOn } from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const command = commandsOn(() => ({
  ...{ HEDGEHOG_DATA_DIR: folder.path('none'), DATABASE_URL: '', HEDGEHOG_ENV: 'test' },
}));

/** What is given, and what the message names of it and of what is allowed. */
const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /No command was given[\s\S]*hedgehog --help lists every command/],
  [['tradign'], /unknown command 'tradign'[\s\S]*trading/],
  [['trading'], /Usage: hedgehog trading[\s\S]*shutdown/],
  [['trading', 'begin', 'XRPUSDT'], /unknown command 'begin'/],
  [['trading', 'start'], /missing required argument 'symbols'/],
  [['trading', 'start', 'XRPUSDT', '--wait'], /unknown option '--wait'[\s\S]*--no-wait/],
  [['trading', 'list', 'XRPUSDT'], /too many arguments/],
  [['storing', 'start', 'TRADES', 'XRPUSDT'], /"TRADES" is unknown; allowed is TRADE_EVENTS, ORDERS, OHLC/],
  [['storing', 'stop', 'ORDERS'], /missing required argument 'symbols'/],
  [['streaming', 'start', 'XRPUSDT'], /is not set up; hedgehog db setup does that/],
  [['settings', 'show', 'A', 'B'], /too many arguments/],
  [
    ['settings', 'set', 'XRPUSDT'],
    /missing required argument 'assignments'\n\(hedgehog settings set --help shows/,
  ],
  [['settings', 'set', 'XRPUSDT', 'chunks'], /"chunks" is no setting; allowed is key=value/],
  [['settings', 'set', 'XRPUSDT', 'fee=0', 'fee=1'], /fee is given twice; allowed is once/],
  [['order', 'cancel'], /missing required argument 'ids'/],
  [['order', 'cancel', '12'], /ID is "12"; allowed is a client order id, or with --symbol/],
  [
    ['order', 'cancel', 'x', '--symbol', 'XRPUSDT'],
    /ID is "x"; allowed with --symbol is the exchange's order id/,
  ],
  [['order', 'cancel', 'hh-1-B1'], /no Hedgehog runs on the database/],
  [['inspect', 'a', 'b'], /too many arguments/],
  [['kill'], /missing required argument 'path'/],
  [['orders', '--csv', '--json'], /--csv and --json are both given; allowed is one of the two/],
  [['api-token', '--write'], /unknown option '--write'/],
  [['backtests', 'show', 'x'], /ID is "x"; allowed is a whole number from 1/],
  [['db', 'reset', '--environment', 'test', '--json'], /db reset --json does not ask.*it takes --yes/],
  [
    ['db', 'status', '--environment', 'prod'],
    /'prod' is invalid\. Allowed choices are development, test, production/,
  ],
  [['publish', '--symbol', 'XRPUSDT'], /required option '--from <time>' not specified/],
];

it.each(WRONG)(
  'hedgehog %j is refused: what was given, what is allowed, and no stack',
  async (args, problem) => {
    const refused = await command(...args);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(problem);
    expect(refused.stderr).not.toMatch(/\n\s+at /);
  },
);
