import type { ChildSpec } from './child-spec.js';
import { type Child, Children } from './children.js';
import { describeExit, type ExitReason, isAbnormal } from './exit-reason.js';
import type { GenServer, Protocol } from './gen-server.js';
import { type Lineage, restartedFor } from './lineage.js';
import type { Address, Pid, Self, Sender } from './pid.js';
import type { Process } from './process.js';
import {
  DEFAULT_INTENSITY,
  describeIntensity,
  judgeRestart,
  type RestartIntensity,
  RestartIntensityExceeded,
} from './restart-intensity.js';
import { toError } from './to-error.js';

/**
 * Supervisor: starts children in order, watches them, restarts them, stops them in reverse order.
 *
 * one_for_one restarts the child that ended; one_for_all every child; rest_for_one it and those started after it. More
 * restarts than the intensity allows, and the supervisor stops its children in order and crashes itself, so that its own
 * supervisor decides.
 */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

export interface SupervisorArg extends Partial<RestartIntensity> {
  /** Default one_for_one. */
  readonly strategy?: Strategy;
  /** Started in this order. */
  readonly children?: readonly ChildSpec[];
  /**
   * Each child has a restart intensity of its own, and one that exceeds it is given up alone, as if it were temporary, instead
   * of wearing out what its siblings share. For one_for_one.
   */
  readonly isolated?: { readonly onGivenUp: (childId: string, reason: RestartIntensityExceeded) => void };
}

export interface ChildInfo {
  readonly id: string;
  readonly kind: string;
  /** Null while it does not run. */
  readonly pid: Pid | null;
  /** It has ended as it should, and is started again only with its group. */
  readonly isDone: boolean;
  readonly restarts: number;
}

interface SupervisorState {
  readonly strategy: Strategy;
  readonly intensity: RestartIntensity;
  /** A dynamic supervisor forgets a child that has ended for good. */
  readonly dynamic: boolean;
  readonly isolated: NonNullable<SupervisorArg['isolated']> | null;
  readonly children: Children;
  recentRestartsMs: readonly number[];
}

export interface SupervisorProtocol extends Protocol {
  readonly arg: SupervisorArg;
  readonly state: SupervisorState;
  readonly calls: {
    startChild(request: { readonly spec: ChildSpec; readonly lineage?: Lineage }): Pid;
    terminateChild(child: string | Pid): boolean;
    restartChild(id: string): Pid;
    whichChildren(nothing: null): readonly ChildInfo[];
    countChildren(nothing: null): { readonly specs: number; readonly active: number };
  };
  readonly info: { readonly kind: 'try-again'; readonly id: string; readonly cause: ExitReason };
}

type SupervisorSelf = Self<SupervisorProtocol>;

const newState = (arg: SupervisorArg, self: SupervisorSelf, dynamic: boolean): SupervisorState => ({
  strategy: arg.strategy ?? 'one_for_one',
  intensity: {
    maxRestarts: arg.maxRestarts ?? DEFAULT_INTENSITY.maxRestarts,
    periodMs: arg.periodMs ?? DEFAULT_INTENSITY.periodMs,
  },
  dynamic,
  isolated: arg.isolated ?? null,
  children: new Children(self as Process),
  recentRestartsMs: [],
});

function startAll(state: SupervisorState, specs: readonly ChildSpec[] = []): { state: SupervisorState } {
  // A throw ends the supervisor, and with it, in reverse order, the children started so far.
  for (const spec of specs) state.children.add(spec);
  return { state };
}

const find = ({ children }: SupervisorState, child: string | Pid): Child | undefined =>
  typeof child === 'string' ? children.get(child) : children.of(child);

/** What comes and goes stands beside one another; what is started in order may need what was started before. */
const stopChildren = ({ dynamic, children }: SupervisorState): Promise<void> =>
  dynamic ? children.stopTogether() : children.stopAll();

function restartGroup({ strategy, children }: SupervisorState, failed: Child): Child[] {
  if (strategy === 'one_for_one') return [failed];
  const all = children.all();
  return strategy === 'one_for_all' ? all : all.slice(all.indexOf(failed));
}

/** False when the child is given up. Throws when the supervisor must give up itself, once its children are stopped. */
async function mayRestart(
  state: SupervisorState,
  failed: Child,
  cause: unknown,
  nowMs: number,
): Promise<boolean> {
  const { intensity, isolated, children } = state;
  const counted = isolated === null ? state : failed;
  const { recentMs, exceeded } = judgeRestart(counted.recentRestartsMs, nowMs, intensity);
  counted.recentRestartsMs = recentMs;
  if (!exceeded) return true;
  const reason = new RestartIntensityExceeded(failed.spec.id, intensity, cause);
  if (isolated === null) {
    // Those that have something to put away may do so: nobody comes after them when this was the root.
    await stopChildren(state);
    throw reason;
  }
  children.forget(failed);
  isolated.onGivenUp(failed.spec.id, reason);
  return false;
}

async function restart(
  state: SupervisorState,
  failed: Child,
  cause: ExitReason,
  self: SupervisorSelf,
): Promise<void> {
  const { children } = state;
  const { clock } = (self as Process).system;
  if (!(await mayRestart(state, failed, cause, clock.monotonicMs()))) return;
  const wallMs = clock.wallMs();
  const why = describeExit(cause);
  const group = restartGroup(state, failed);
  await children.stopAll(group);
  for (const child of group) {
    // Killed while it waited for a child's orderly stop: what it starts now would be orphans.
    if (!self.alive) return;
    if (child !== failed && child.spec.restart === 'temporary') {
      children.forget(child);
      continue;
    }
    const reason = child === failed ? why : `with ${failed.spec.id}, for: ${why}`;
    child.lineage = restartedFor(child.lineage, { reason, wallMs });
    try {
      children.start(child);
    } catch (error) {
      startFailed(state, child, toError(error), self);
      return;
    }
  }
}

function startFailed({ children }: SupervisorState, child: Child, error: Error, self: SupervisorSelf): void {
  children.noteExit(child, error);
  (self as Process).system.reportCrash({
    pid: self,
    during: `start of ${child.spec.id}`,
    error,
    late: false,
  });
  if (child.retrying) return;
  child.retrying = true;
  // By message, so that every attempt counts as a restart and a stop can come in between.
  self.send(self, { kind: 'try-again', id: child.spec.id, cause: error });
}

async function childExited(
  state: SupervisorState,
  pid: Pid,
  reason: ExitReason,
  self: SupervisorSelf,
): Promise<{ state: SupervisorState }> {
  const child = state.children.of(pid);
  if (child === undefined) return { state };
  state.children.noteExit(child, reason);
  const type = child.spec.restart ?? 'permanent';
  if (type === 'permanent' || (type === 'transient' && isAbnormal(reason)))
    await restart(state, child, reason, self);
  else if (type === 'temporary' || state.dynamic) state.children.forget(child);
  else child.isDone = true;
  return { state };
}

export const Supervisor: GenServer<SupervisorProtocol> = {
  kind: 'Supervisor',
  init: (arg, self) => startAll(newState(arg, self, false), arg.children),
  calls: {
    startChild(state, { spec, lineage }, _self, from) {
      try {
        return { state, reply: state.children.add(spec, lineage) };
      } catch (error) {
        from.refuse(error as Error);
        return { state, noReply: true };
      }
    },
    async terminateChild(state, which) {
      const child = find(state, which);
      if (child === undefined) return { state, reply: false };
      child.retrying = false;
      await state.children.stop(child);
      if (state.dynamic || child.spec.restart === 'temporary') state.children.forget(child);
      return { state, reply: true };
    },
    restartChild(state, id, _self, from) {
      const child = state.children.get(id);
      try {
        if (child === undefined) throw new Error(`no child ${id}`);
        if (child.process?.alive) throw new Error(`${child.process.path} is running`);
        return { state, reply: state.children.start(child) };
      } catch (error) {
        from.refuse(error as Error);
        return { state, noReply: true };
      }
    },
    whichChildren: (state) => ({
      state,
      reply: state.children.all().map(({ spec, process, lineage, isDone }) => ({
        id: spec.id,
        kind: spec.server.kind,
        pid: process?.alive ? process : null,
        isDone,
        restarts: lineage.restarts,
      })),
    }),
    countChildren: (state) => ({
      state,
      reply: {
        specs: state.children.size,
        active: state.children.all().filter(({ process }) => process?.alive).length,
      },
    }),
  },
  childExited,
  async info(state, message, self) {
    if (message.kind !== 'try-again') return { state };
    const child = state.children.get(message.id);
    // Not when it was stopped, forgotten or started by someone in between.
    if (child?.retrying !== true) return { state };
    child.retrying = false;
    await restart(state, child, message.cause, self);
    return { state };
  },
  beforeStop: stopChildren,
  inspect: ({ strategy, intensity, isolated, dynamic, children, recentRestartsMs }) => ({
    strategy: dynamic ? 'dynamic' : strategy,
    intensity: `${describeIntensity(intensity)}${isolated === null ? '' : ' each'}`,
    children: children.size,
    recentRestarts: recentRestartsMs.length,
  }),
};

/**
 * A supervisor whose children come and go: one_for_one, none at the start, all stopped at the same time, and a child that has ended
 * for good is forgotten.
 * Above about a thousand children, spread them over several: nact copies the list of children for every message that their
 * parent handles.
 */
export const DynamicSupervisor: GenServer<SupervisorProtocol> = {
  ...Supervisor,
  kind: 'DynamicSupervisor',
  init: (arg, self) => startAll(newState({ ...arg, strategy: 'one_for_one' }, self, true), arg.children),
};

/** The same supervisor under a name that says more in the inspector. */
export const namedSupervisor = (
  kind: string,
  supervisor: GenServer<SupervisorProtocol> = Supervisor,
): GenServer<SupervisorProtocol> => ({ ...supervisor, kind });

// ---- client functions

type SupervisorAddress = Address<SupervisorProtocol>;

/**
 * Starts one more child. Rejects when the id is taken, or with what the child's `init` threw.
 *
 * @param lineage of the incarnation it replaces, when somebody other than the supervisor restarts it
 */
export function startChild<P extends Protocol>(
  sender: Sender,
  supervisor: SupervisorAddress,
  spec: ChildSpec<P>,
  lineage?: Lineage,
): Promise<Pid<P>> {
  return sender.call(
    supervisor,
    'startChild',
    lineage === undefined ? { spec } : { spec, lineage },
  ) as Promise<Pid<P>>;
}

/** Orderly stop of a child, not restarted. False when there is no such child. Waits as long as the child may take. */
export const terminateChild = (
  sender: Sender,
  supervisor: SupervisorAddress,
  child: string | Pid,
): Promise<boolean> => sender.call(supervisor, 'terminateChild', child, Number.POSITIVE_INFINITY);

/** Starts a child again that was terminated or has ended. Rejects when it runs or is not known. */
export const restartChild = (sender: Sender, supervisor: SupervisorAddress, id: string): Promise<Pid> =>
  sender.call(supervisor, 'restartChild', id);

export const whichChildren = (sender: Sender, supervisor: SupervisorAddress): Promise<readonly ChildInfo[]> =>
  sender.call(supervisor, 'whichChildren', null);

/** `specs`: children known; `active`: those that run. */
export const countChildren = (
  sender: Sender,
  supervisor: SupervisorAddress,
): Promise<{ readonly specs: number; readonly active: number }> =>
  sender.call(supervisor, 'countChildren', null);
