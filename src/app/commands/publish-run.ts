import { InputError, quoted } from '../../platform/input-error.js';
import { MachineError } from '../../platform/machine-error.js';
import { describePeriod, parsePeriod } from '../../platform/period-option.js';
import { systemClock } from '../../platform/system-clock.js';
import { unknownSymbols } from '../../platform/unknown-symbols.js';
import type { Database } from '../../warehouse/database.js';
import { exchangeOf } from '../../warehouse/installation.js';
import { publishState, requestPublishing } from '../../warehouse/publish-requests.js';
import { wait } from '../../warehouse/retry.js';
import { isRunning } from '../../warehouse/running-lock.js';
import { switchRows } from '../../warehouse/settings-tables.js';
import { storedExtent, storedSpan } from '../../warehouse/stored-trades.js';
import type { PublishOptions } from './publish-command.js';
import { withReadyDatabase } from './ready-database.js';
import { say } from './say.js';

const LOOK_AGAIN_MS = 100;
const LONGEST_INTERVAL_MS = 86_400_000;

/** Throws InputError for whatever is wrong with what was asked for, MachineError when it was begun and did not end well. */
export async function publishCommand({
  symbol,
  from,
  to,
  intervalMs: given,
  json,
}: PublishOptions): Promise<void> {
  const period = parsePeriod(from, to);
  const intervalMs = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (!(intervalMs <= LONGEST_INTERVAL_MS)) {
    throw new InputError(
      `--interval-ms is ${quoted(given)}; allowed is a whole number from 0 to ${LONGEST_INTERVAL_MS}`,
    );
  }
  await withReadyDatabase(async (database) => {
    const exchange = await exchangeOf(database.kysely);
    if (exchange !== null && exchange !== 'mock') {
      throw new InputError(
        `this database is that of ${exchange}, where nobody may take old trades for new ones; allowed is one of the exchange mock`,
      );
    }
    const known = await switchRows(database.kysely, 'streaming_settings');
    if (!known.some((row) => row.symbol === symbol)) {
      throw unknownSymbols(
        [symbol],
        known.map((row) => row.symbol),
      );
    }
    if ((await storedExtent(database, symbol, period)) === undefined) {
      const span = await storedSpan(database, symbol);
      const stored = span === undefined ? 'none at all are stored' : `stored are ${describePeriod(span)}`;
      throw new InputError(`no trades of ${symbol} are stored from ${describePeriod(period)}; ${stored}`);
    }
    if (!(await isRunning(database.kysely))) {
      throw new InputError('no Hedgehog runs on this database, so nobody would hear of them: hedgehog start');
    }
    const id = await requestPublishing(database.kysely, { symbol, period, intervalMs });
    const trades = await published(database, id);
    const { fromMs, toMs } = period;
    say(
      json
        ? JSON.stringify({ symbol, from: utc(fromMs), to: utc(toMs), trades })
        : `published ${trades} trades of ${symbol}, ${describePeriod(period)}`,
    );
  });
}

const utc = (ms: number): string => new Date(ms).toISOString();

/** Waits until the request is carried out. Resolves to the number of trades. */
async function published(database: Database, id: number): Promise<number> {
  for (;;) {
    // Before its state: the one that ends may have published it first.
    const runs = await database.withRetry(() => isRunning(database.kysely));
    const state = await database.withRetry(() => publishState(database.kysely, id));
    if (state.kind === 'published') return state.trades;
    if (state.kind === 'failed') throw new MachineError(`publishing has failed: ${state.reason}`);
    if (!runs) throw new MachineError('the Hedgehog that was to publish them has ended');
    await wait(systemClock, LOOK_AGAIN_MS);
  }
}
