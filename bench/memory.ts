import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Decimal } from '../src/domain/decimal.js';
import type { Benchmark } from './benchmark.js';
import { writeLongTape } from './long-tape.js';
import { interleaved, ratios } from './measure.js';
import { figure } from './report.js';
import { loadVolatile } from './tapes.js';

const NAME = 'memory';
const SETTINGS = 'S1';
// With each repetition prices rise by five ticks, so that trading goes on.
const RISE = new Decimal('0.0005');
const CHILD = fileURLToPath(new URL('./memory-child.js', import.meta.url));

const execute = promisify(execFile);

/** Peak memory of a backtest of the tape in a process of its own, MB. */
async function peakMb(file: string, wantedEvents: number): Promise<number> {
  const { stdout } = await execute(process.execPath, [CHILD, file, SETTINGS]);
  const result = JSON.parse(stdout) as { readonly events: number; readonly peakMb: number };
  if (result.events !== wantedEvents)
    throw new Error(`${result.events} of ${wantedEvents} events were played`);
  return result.peakMb;
}

/**
 * Peak memory over a tape, and over one 50 times as long. Both are read from files, row by row, as a user's are.
 *
 * The short one has 100,000 events: over fewer V8's young generation and compiled code still grow, whatever the engine does,
 * so that a ratio to it would say little of what the engine retains. The figure for 20,000 events shows how much.
 */
export const benchMemory: Benchmark = async ({ isQuick, tell }) => {
  const folder = await mkdtemp(join(tmpdir(), 'hedgehog-bench-'));
  try {
    const { events } = await loadVolatile();
    const run = async (times: number) => {
      const file = join(folder, `${times}.csv`);
      const count = events.length * times;
      await writeLongTape(file, { events, times, rise: RISE });
      return { name: `${count} events`, peak: () => peakMb(file, count) };
    };
    const start = await run(1);
    const short = await run(5);
    const longer = isQuick ? 5 : 50;
    const long = await run(5 * longer);
    tell(`${NAME}: ${start.name}, ${short.name}, ${long.name}`);
    // Once: peaks hardly differ from run to run, and the long one takes a minute.
    const samples = await interleaved(1, { start: start.peak, short: short.peak, long: long.peak }, 0);
    return [
      figure(NAME, SETTINGS, start.name, 'MB', samples.start),
      figure(NAME, SETTINGS, short.name, 'MB', samples.short),
      figure(NAME, SETTINGS, long.name, 'MB', samples.long),
      figure(NAME, SETTINGS, `${longer} times as long`, 'ratio', ratios(samples.long, samples.short), {
        atMost: 1.2,
      }),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
};
