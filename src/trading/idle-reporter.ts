import { CallFailed, type GenServer, type Protocol, type Self } from '../otp/index.js';
import type { Log } from '../ports/log.js';
import { idleLines } from './idle-lines.js';
import type { Glance, Outlook, SymbolOutlook } from './outlook.js';

/**
 * IdleReporter: says once a minute, of the symbols on which nothing has happened since, why not. It looks at a few symbols at a
 * time, so that nobody has to wait for it, and asks none of their actors.
 */
export interface IdleReporterArg {
  readonly outlook: Pick<Outlook, 'glance'>;
  readonly log: Log;
}

interface IdleReporterState extends IdleReporterArg {
  /** Null between two rounds. */
  round: { readonly glance: Glance; at: number; readonly idle: SymbolOutlook[] } | null;
  /** In the last round. */
  idle: number;
}

export interface IdleReporterProtocol extends Protocol {
  readonly arg: IdleReporterArg;
  readonly state: IdleReporterState;
  readonly info:
    | { readonly kind: 'round' | 'go-on' }
    | { readonly kind: 'looked'; readonly glance: Glance }
    | { readonly kind: 'not-looked'; readonly error: unknown };
}

type ReporterSelf = Self<IdleReporterProtocol>;

export const ROUND_MS = 60_000;
const AT_ONCE = 100;

function begin(state: IdleReporterState, self: ReporterSelf): void {
  self.sendAfter(ROUND_MS, { kind: 'round' });
  self.pipe(
    state.outlook.glance(),
    (glance) => ({ kind: 'looked', glance }),
    (error) => ({ kind: 'not-looked', error }),
  );
}

function goOn(state: IdleReporterState, self: ReporterSelf): void {
  const { round } = state;
  if (round === null) return;
  const { glance, idle } = round;
  for (const symbol of glance.symbols.slice(round.at, round.at + AT_ONCE)) {
    const found = glance.of(symbol);
    if (found !== null && (found.sinceEventMs === null || found.sinceEventMs >= ROUND_MS)) idle.push(found);
  }
  round.at += AT_ONCE;
  // By way of the event loop's timers: others take their turns first.
  if (round.at < glance.symbols.length) self.sendAfter(0, { kind: 'go-on' });
  else tell(state, idle);
}

function tell(state: IdleReporterState, idle: readonly SymbolOutlook[]): void {
  state.round = null;
  state.idle = idle.length;
  for (const { message, fields } of idleLines(idle)) state.log.info(message, fields);
}

export const IdleReporter: GenServer<IdleReporterProtocol> = {
  kind: 'IdleReporter',
  init(arg, self) {
    self.sendAfter(ROUND_MS, { kind: 'round' });
    return { state: { ...arg, round: null, idle: 0 } };
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'round':
        begin(state, self);
        break;
      case 'looked':
        state.round = { glance: message.glance, at: 0, idle: [] };
        goOn(state, self);
        break;
      case 'go-on':
        goOn(state, self);
        break;
      case 'not-looked':
        // PubSub is being started again, and then something happens.
        if (!(message.error instanceof CallFailed)) throw message.error;
        break;
      case 'down':
        break;
    }
    return { state };
  },
  inspect: ({ idle }) => ({ idle }),
};
