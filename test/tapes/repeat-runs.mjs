// Replays one tape several times in a process of its own, from memory, and prints the hash of each run's orders as JSON.
// usage: repeat-runs.mjs TAPE SYMBOL SETTINGS EXCHANGE_INFO RUNS [YIELD_SEED]
import { runBacktest } from '../../dist/src/app/backtest.js';
import { ordersHash } from '../../dist/src/backtest/orders-csv.js';
import { openTape } from '../../dist/src/backtest/tape/tape.js';
import { readExchangeInfo } from '../../dist/src/exchange/exchange-info.js';
import { seededRandom } from '../../dist/src/platform/seeded-random.js';
import { readSettings } from '../../dist/src/platform/settings-file.js';
import { systemClock } from '../../dist/src/platform/system-clock.js';

const [tapeFile, symbol, settingsFile, exchangeInfo, runs, yieldSeed] = process.argv.slice(2);
const symbols = await readExchangeInfo(exchangeInfo);
const settings = await readSettings(settingsFile);
const batches = [];
for await (const batch of openTape(tapeFile, { symbol })) batches.push(batch);
const fail = (message) => {
  throw new Error(message);
};
const log = { debug() {}, info() {}, warn: fail, error: fail };

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
function randomYields(seed) {
  const random = seededRandom(seed);
  const pause = async (turns) => {
    for (let turn = 0; turn < turns; turn++) await nextTurn();
  };
  return { pauseBeforeTurn: () => (random() < 0.05 ? pause(1 + Math.floor(random() * 3)) : undefined) };
}

async function* tape() {
  yield* batches;
}

const hashes = [];
for (let run = 0; run < Number(runs); run++) {
  const scheduler = yieldSeed === undefined ? {} : { scheduler: randomYields(Number(yieldSeed) + run) };
  const { orders } = await runBacktest({
    tape: tape(),
    symbol,
    settings,
    symbols,
    clock: systemClock,
    log,
    ...scheduler,
  });
  hashes.push(ordersHash(orders));
}
console.log(JSON.stringify(hashes));
