import type { ServiceName } from '../../control/deps.js';
import { MachineError } from '../../platform/machine-error.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import type { TradingStatus } from '../../warehouse/schema.js';
import { storedTopic } from '../../warehouse/settings-tables.js';
import { type SwitchRequest, withDesk } from './desk/desk.js';
import { say } from './say.js';
import type { SwitchOptions } from './switch-commands.js';
import { become, unseen } from './switch-outcome.js';
import { type SwitchReport, switchJson, switchText } from './switch-report.js';

export interface Switching {
  readonly service: ServiceName;
  /** As it was given. */
  readonly topic?: string;
  readonly symbols: readonly string[];
  readonly status: TradingStatus;
}

const USUAL_PATIENCE_MS = 3_000;

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
