import { relative } from 'node:path';
import TestSequencer from '@jest/test-sequencer';

/** What takes longest, longest first. On a fresh checkout nothing else tells, and a long one begun last is waited for alone. */
const LONGEST = [
  'test/backtest/golden.test.ts',
  'test/app/start.test.ts',
  'test/app/control-commands.test.ts',
  'test/app/backtest-command.test.ts',
  'test/control/attacks.test.ts',
  'test/app/db-command.test.ts',
  'test/trading/crashes-while-trading.test.ts',
  'test/app/import-trades-command.test.ts',
  'test/streaming/live-crashes.test.ts',
  'test/streaming/stream-connection.test.ts',
];

const placeOf = ({ path, context }) => {
  const place = LONGEST.indexOf(relative(context.config.rootDir, path));
  return place === -1 ? LONGEST.length : place;
};

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is the sequencer's own.
    const usual = super.sort(tests);
    return usual.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
