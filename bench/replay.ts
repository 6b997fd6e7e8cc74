import type { Benchmark, Effort } from './benchmark.js';
import { interleaved, type Run, ratios, spreadOf } from './measure.js';
import { Floor } from './replay-floor.js';
import { countDeliveries, type Deliveries } from './replay-recipients.js';
import { type BacktestInput, runPlain, runReplay } from './replay-runs.js';
import { type Figure, figure } from './report.js';
import { loadTapes, readGoldenSettings, readSymbols, SYMBOL } from './tapes.js';

const NAME = 'replay';
const SETTINGS = ['S1', 'S2', 'S3', 'S4'] as const;
const EVENTS = 'events/s';
const TARGET = { atLeast: 0.65 };
// A short tape is played several times for one sample: in a tenth of a second V8 still compiles.
const SAMPLE_EVENTS = 100_000;

/**
 * How fast tapes are replayed from memory, beside nact's own floor for exactly as many messages per event, and beside the
 * same strategy without actors, which must place the same orders.
 */
export const benchReplay: Benchmark = async (effort) => {
  const symbols = await readSymbols();
  const figures: Figure[] = [];
  for (const { name, events } of await loadTapes(effort)) {
    for (const settingsName of SETTINGS) {
      const settings = await readGoldenSettings(settingsName);
      const on = `${name} ${settingsName}`;
      figures.push(...(await benchCase(on, { events, symbol: SYMBOL, settings, symbols }, effort)));
    }
  }
  return figures;
};

async function benchCase(on: string, input: BacktestInput, { isQuick, tell }: Effort): Promise<Figure[]> {
  tell(`${NAME}: ${on}`);
  const { events } = input;
  const deliveries = await countDeliveries(input);
  const { recipients } = deliveries;
  const most = recipients.reduce((a, b) => Math.max(a, b), 0);
  const flat = new Floor('flat', most);
  const deep = new Floor('deep', most);
  const wanted = runPlain(input).ordersHash;
  const times = Math.ceil((isQuick ? 1 : SAMPLE_EVENTS) / events.length);
  const samples = await interleaved(isQuick ? 3 : 5, {
    replay: () => overall(times, async () => same(on, wanted, await runReplay(input)).eventsPerSecond),
    flat: () => overall(times, () => flat.play(events, recipients)),
    deep: () => overall(times, () => deep.play(events, recipients)),
    plain: () => overall(times, () => same(on, wanted, runPlain(input)).eventsPerSecond),
  });
  flat.stop();
  deep.stop();

  const toFlat = ratios(samples.replay, samples.flat);
  const toDeep = ratios(samples.replay, samples.deep);
  const isFlatHarder = spreadOf(toFlat).median <= spreadOf(toDeep).median;
  const ratio = (what: string, of: readonly number[], isHeadline: boolean): Figure =>
    figure(NAME, on, `replay / ${what}`, 'ratio', of, isHeadline ? TARGET : undefined);
  return [
    ...volume(on, deliveries),
    figure(NAME, on, 'replay', EVENTS, samples.replay),
    figure(NAME, on, "nact's floor, flat", EVENTS, samples.flat),
    figure(NAME, on, "nact's floor, as deep as the engine", EVENTS, samples.deep),
    figure(NAME, on, 'plain calls', EVENTS, samples.plain),
    ratio('flat floor', toFlat, isFlatHarder),
    ratio('deep floor', toDeep, !isFlatHarder),
    ratio('plain calls', ratios(samples.replay, samples.plain), false),
  ];
}

/** The rate over several runs of the same length. */
async function overall(times: number, run: Run): Promise<number> {
  let seconds = 0;
  for (let time = 0; time < times; time++) seconds += 1 / (await run());
  return times / seconds;
}

/** PubSub's own message is counted with those it sends on: the floor's relay takes one too. */
function volume(on: string, { recipients, messages }: Deliveries): Figure[] {
  const delivered = recipients.reduce((a, b) => a + b, 0);
  const unit = 'per event';
  return [
    figure(NAME, on, 'messages, floor', unit, [1 + delivered / recipients.length]),
    figure(NAME, on, 'messages, replay with orders and fills', unit, [messages / recipients.length]),
  ];
}

function same<Result extends { readonly ordersHash: string }>(
  on: string,
  wanted: string,
  result: Result,
): Result {
  if (result.ordersHash !== wanted)
    throw new Error(`${on}: actors and plain calls placed different orders: ${result.ordersHash}, ${wanted}`);
  return result;
}
