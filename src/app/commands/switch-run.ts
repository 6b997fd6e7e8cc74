import { NoHedgehogRuns } from '../../control/client.js';
import type { ServiceName } from '../../control/deps.js';
import type { StandingRow } from '../../control/standing.js';
import { MachineError } from '../../platform/machine-error.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { wait } from '../../warehouse/retry.js';
import type { TradingStatus } from '../../warehouse/schema.js';
import { storedTopic } from '../../warehouse/settings-tables.js';
import { type Desk, type FollowedBy, type SwitchRequest, withDesk } from './desk/desk.js';
import { say } from './say.js';
import type { SwitchOptions } from './switch-commands.js';
import { type SwitchReport, switchJson, switchText } from './switch-report.js';

export interface Switching {
  readonly service: ServiceName;
  /** As it was given. */
  readonly topic?: string;
  readonly symbols: readonly string[];
  readonly status: TradingStatus;
}

const USUAL_PATIENCE_MS = 3_000;
const LOOK_AGAIN_MS = 100;

/** Throws InputError for what cannot be switched, MachineError when something that is on was given up. */
export function switchAndTell(
  { topic: given, ...switching }: Switching,
  options: SwitchOptions,
): Promise<void> {
  const request: SwitchRequest = {
    ...switching,
    ...(given === undefined ? {} : { topic: storedTopic(given) }),
    symbols: [...new Set(switching.symbols)],
  };
  // A clock alone does not keep the process alive while it waits.
  return stayAlive(() =>
    withDesk('full', async (desk) => {
      const patienceMs = patienceOf(options);
      const untilMs = systemClock.monotonicMs() + patienceMs;
      const { before, followed } = await desk.switch(request, patienceMs > 0);
      if (options.wait === 'until-off' && !options.json)
        process.stderr.write('waiting until it is off; Ctrl-C ends the waiting, and nothing else\n');
      const seen = patienceMs > 0 ? await become(desk, request, { followed, untilMs }) : await unseen(desk);
      const outcomes = request.symbols.map((symbol) => ({
        symbol,
        before: before.get(symbol) ?? null,
        row: seen.rows.get(symbol) ?? null,
        openCycles: seen.rows.get(symbol)?.status === 'shutdown' ? (seen.openCycles.get(symbol) ?? 0) : null,
      }));
      const report: SwitchReport = { request, followedBy: seen.followedBy, ended: seen.ended, outcomes };
      say(options.json ? JSON.stringify(switchJson(report)) : switchText(report));
      refuseToCallItDone(report, options);
    }),
  );
}

/** Milliseconds to wait for what becomes of it; 0 for no look at all. */
function patienceOf({ wait: waits }: SwitchOptions): number {
  if (waits === false) return 0;
  return waits === 'until-off' ? Number.POSITIVE_INFINITY : USUAL_PATIENCE_MS;
}

interface Seen {
  readonly followedBy: FollowedBy;
  readonly ended: boolean;
  readonly rows: ReadonlyMap<string, StandingRow>;
  readonly openCycles: ReadonlyMap<string, number>;
}

const NOTHING: Pick<Seen, 'rows' | 'openCycles'> = { rows: new Map(), openCycles: new Map() };
const ENDED: Seen = { followedBy: null, ended: true, ...NOTHING };

const unseen = async (desk: Desk): Promise<Seen> => ({
  followedBy: await desk.followedBy(),
  ended: false,
  ...NOTHING,
});

/** Looks until everything stands as it will for a while, or the time is over. */
async function become(
  desk: Desk,
  request: SwitchRequest,
  { followed, untilMs }: { readonly followed: boolean; readonly untilMs: number },
): Promise<Seen> {
  const first = await unseen(desk);
  if (first.followedBy === null) return first;
  try {
    for (;;) {
      const isOver = systemClock.monotonicMs() >= untilMs;
      const rows = await rowsOf(desk, request);
      const followedBy = await desk.followedBy();
      if (followedBy === null) return ENDED;
      if (isOver || [...rows.values()].every((row) => isSettled(row, request.status, followed))) {
        const openCycles = request.status === 'shutdown' ? await desk.openCycles() : NOTHING.openCycles;
        return { followedBy, ended: false, rows, openCycles };
      }
      await wait(systemClock, LOOK_AGAIN_MS);
    }
  } catch (error) {
    if (error instanceof NoHedgehogRuns) return ENDED;
    throw error;
  }
}

async function rowsOf(
  desk: Desk,
  { service, topic, symbols }: SwitchRequest,
): Promise<ReadonlyMap<string, StandingRow>> {
  const asked = new Set(symbols);
  const rows = (await desk.list(service)).filter(
    (row) => asked.has(row.symbol) && row.topic === (topic ?? null),
  );
  return new Map(rows.map((row) => [row.symbol, row]));
}

/** @param followed what was given up was so under this very wish; otherwise perhaps under an earlier one */
function isSettled({ status, state }: StandingRow, wanted: TradingStatus, followed: boolean): boolean {
  if (status === 'off') return state === null;
  // Somebody else has switched it meanwhile.
  if (status !== wanted) return true;
  if (status === 'shutdown') return false;
  return state === 'running' || (state === 'given-up' && followed);
}

function refuseToCallItDone({ ended, outcomes }: SwitchReport, { wait: waits }: SwitchOptions): void {
  if (ended && waits === 'until-off') throw new MachineError('it is not off yet, and nobody sees to it');
  const lost = outcomes.filter(({ row }) => row?.state === 'given-up').map(({ symbol }) => symbol);
  if (lost.length === 0) return;
  throw new MachineError(
    `given up: ${lost.join(', ')}; tried again when switched on again, and with the next hedgehog start`,
  );
}

/** What is on and off, and how it stands. */
export function list(service: ServiceName, asJson: boolean): Promise<void> {
  return withDesk('read', async (desk) => {
    const [rows, followedBy] = await Promise.all([desk.list(service), desk.followedBy()]);
    if (asJson) {
      const shown = rows.map(({ topic, ...row }) => ({ ...(topic === null ? {} : { topic }), ...row }));
      return say(JSON.stringify(shown));
    }
    const shown = rows.filter(({ status, state }) => status !== 'off' || state !== null);
    if (shown.length > 0) say(columns('symbol', 'status', 'state'));
    for (const { symbol, topic, status, state, reason } of shown) {
      const name = topic === null ? symbol : `${topic} ${symbol}`;
      say(columns(name, status, reason === null ? (state ?? '') : `${state}: ${reason}`));
    }
    const off = rows.filter(({ status }) => status === 'off').length;
    say(`${off} of ${rows.length} are off`);
    if (followedBy === null) say('(no daemon is running)');
  });
}

const columns = (name: string, status: string, state: string): string =>
  `${name.padEnd(24)}${status.padEnd(10)}${state}`.trimEnd();
