import type { ExecutionReport } from '../domain/execution-report.js';
import {
  type ChildSpec,
  childSpec,
  type GenServer,
  type Protocol,
  type Self,
  subscribeTo,
} from '../otp/index.js';
import { messageOf } from '../platform/error-facts.js';
import { executions, type UserDataResumed, userData } from '../ports/topics.js';
import { ControlApi } from './control-api.js';
import type { ControlDeps } from './deps.js';

/**
 * Control: opens the daemon's local API, and counts our orders for it. Trading does not depend on it: what keeps it from
 * listening is logged, and tried again.
 */
interface ControlState {
  readonly deps: ControlDeps;
  readonly api: ControlApi;
  problems: readonly string[];
  /** Symbols whose executions it hears of. */
  readonly heard: Set<string>;
}

interface ControlProtocol extends Protocol {
  readonly arg: Omit<ControlState, 'problems' | 'heard'>;
  readonly state: ControlState;
  readonly info:
    | ExecutionReport
    | UserDataResumed
    | { readonly kind: 'opened'; readonly problems: readonly string[] }
    | { readonly kind: 'try-again' };
  readonly continue: 'open';
}

const TRY_AGAIN_MS = 5_000;

function open({ api }: ControlState, self: Self<ControlProtocol>): void {
  self.pipe(
    api.open(),
    (problems) => ({ kind: 'opened', problems }),
    (error) => ({ kind: 'opened', problems: [messageOf(error)] }),
  );
}

function opened(state: ControlState, problems: readonly string[], self: Self<ControlProtocol>): void {
  const { log } = state.deps;
  for (const problem of problems) {
    if (!state.problems.includes(problem)) log.error(`control: ${problem}`);
  }
  if (problems.length === 0) log.info('control: listening', state.api.where);
  else self.sendAfter(TRY_AGAIN_MS, { kind: 'try-again' });
  state.problems = problems;
}

/** What an exchange lists may be known only after a while. */
function hearExecutions({ deps, heard }: ControlState, self: Self<ControlProtocol>): void {
  for (const symbol of deps.symbols.keys()) {
    if (heard.has(symbol)) continue;
    heard.add(symbol);
    subscribeTo(self, deps.pubsub, executions(symbol), self);
  }
}

const Control: GenServer<ControlProtocol> = {
  kind: 'Control',
  init({ deps, api }, self) {
    const state = { deps, api, problems: [], heard: new Set<string>() };
    subscribeTo(self, deps.pubsub, userData, self);
    hearExecutions(state, self);
    return { state, continue: 'open' };
  },
  continue(state, _note, self) {
    open(state, self);
    return { state };
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'execution-report':
        state.api.metrics.note(message);
        break;
      case 'user-data-resumed':
        hearExecutions(state, self);
        break;
      case 'opened':
        opened(state, message.problems, self);
        break;
      case 'try-again':
        open(state, self);
        break;
      case 'down':
        break;
    }
    return { state };
  },
  inspect: ({ api, problems }) => ({ ...api.where, ...(problems.length === 0 ? {} : { problems }) }),
};

/** The local API in the tree of actors. */
export interface ControlPart {
  readonly spec: ChildSpec;
  /** Ends the API: when everything else has stopped, so that the stop can be watched. */
  close(): Promise<void>;
}

export function controlPart(deps: ControlDeps): ControlPart {
  const api = new ControlApi(deps);
  deps.system.keepsLastMessages = true;
  return {
    spec: childSpec<ControlProtocol>({ id: 'Control', server: Control, arg: { deps, api }, shutdownMs: 500 }),
    close: () => api.close(),
  };
}
