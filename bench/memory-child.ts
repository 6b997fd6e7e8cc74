import { runBacktest } from '../src/app/backtest.js';
import { openTape } from '../src/backtest/tape/tape.js';
import { systemClock } from '../src/platform/system-clock.js';
import { QUIET_LOG } from './replay-runs.js';
import { readGoldenSettings, readSymbols, SYMBOL } from './tapes.js';

// A process of its own: backtests the tape file it is given with the settings it is given, and prints its peak memory.
const [file, settingsName] = process.argv.slice(2);
if (file === undefined || settingsName === undefined) throw new Error('usage: memory-child FILE SETTINGS');
const { events, orders } = await runBacktest({
  tape: openTape(file, { symbol: SYMBOL }),
  symbol: SYMBOL,
  settings: await readGoldenSettings(settingsName),
  symbols: await readSymbols(),
  clock: systemClock,
  log: QUIET_LOG,
});
const peakMb = process.resourceUsage().maxRSS / 1_024;
console.log(JSON.stringify({ events, orders: orders.length, peakMb }));
