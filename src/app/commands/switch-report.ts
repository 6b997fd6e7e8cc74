import type { StandingRow, State } from '../../control/standing.js';
import type { TradingStatus } from '../../warehouse/schema.js';
import type { FollowedBy, SwitchRequest } from './desk/desk.js';

/** What became of the switch of one symbol. */
export interface Outcome {
  readonly symbol: string;
  readonly before: string | null;
  /** Null when nobody looked, or nothing runs to look at. */
  readonly row: StandingRow | null;
  /** Of a symbol that is shutting down; null otherwise. */
  readonly openCycles: number | null;
}

export interface SwitchReport {
  readonly request: SwitchRequest;
  readonly followedBy: FollowedBy;
  /** The one that was to follow has ended meanwhile. */
  readonly ended: boolean;
  readonly outcomes: readonly Outcome[];
}

/** As a person reads it. */
export function switchText({ request, outcomes, ...followed }: SwitchReport): string {
  const { service, topic, status } = request;
  const what = topic === undefined ? service : `${service} ${topic}`;
  const lines = outcomes.map((outcome) => `${what}: ${outcome.symbol} ${described(outcome, status)}`);
  const note = followedNote(followed);
  return [...lines, ...(note === null ? [] : [note])].join('\n');
}

/** As `--json` prints it. `status`, `state` and `reason` are null when nobody looked, or nothing runs to look at. */
export const switchJson = ({ request: { service, topic }, followedBy, outcomes }: SwitchReport) => ({
  service,
  ...(topic === undefined ? {} : { topic }),
  followedBy,
  symbols: outcomes.map(({ symbol, before, row, openCycles }) => ({
    symbol,
    before,
    status: row?.status ?? null,
    state: row?.state ?? null,
    reason: row?.reason ?? null,
    ...(openCycles === null ? {} : { openCycles }),
  })),
});

const STANDS: Readonly<Record<TradingStatus, string>> = {
  on: 'is on',
  off: 'is off',
  shutdown: 'is shutting down',
};

const STATES: Readonly<Record<State, string>> = {
  running: 'running',
  waiting: 'waiting: it has not been started yet',
  restarting: 'restarting: it has crashed',
  stopping: 'being stopped still',
  'given-up': 'given up',
};

function described({ before, row, openCycles }: Outcome, wanted: TradingStatus): string {
  const status = row?.status ?? wanted;
  const stands = `${STANDS[status]}${before === status && wanted === status ? ' already' : ''}`;
  if (openCycles !== null)
    return `${stands}, ${openCycles === 1 ? '1 cycle is' : `${openCycles} cycles are`} open`;
  if (row === null || row.state === null) return stands;
  return `${stands}, ${STATES[row.state]}${row.reason === null ? '' : `: ${row.reason}`}`;
}

/** A change that nobody follows, or one who is not found here, is no mistake, and surprising all the same. */
export function followedNote({
  followedBy,
  ended = false,
}: {
  readonly followedBy: FollowedBy;
  readonly ended?: boolean;
}): string | null {
  if (ended) return 'the Hedgehog that ran has ended meanwhile: it takes effect with the next hedgehog start';
  if (followedBy === 'elsewhere')
    return 'followed by the Hedgehog that runs elsewhere: its local API is not found here';
  if (followedBy === 'here') return null;
  return 'no Hedgehog runs on this database at the moment: it takes effect with the next hedgehog start';
}
