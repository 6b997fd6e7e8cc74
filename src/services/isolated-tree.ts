import {
  type ChildSpec,
  childSpec,
  DynamicSupervisor,
  namedSupervisor,
  type RestartIntensity,
  type Self,
  type SupervisorProtocol,
} from '../otp/index.js';

export interface IsolatedTree {
  /** `Streaming` */
  readonly id: string;
  /** Id and registered name of the dynamic supervisor. */
  readonly supervisor: string;
  /** What the children need, started before them; when one of these ends, so do they, and all begin anew. */
  readonly before?: readonly ChildSpec[];
  /** How often one child may crash before it is given up, alone. Default as for a supervisor. */
  readonly intensity?: RestartIntensity;
  /** Started after the dynamic supervisor, and again whenever that is. */
  readonly autostart?: readonly ChildSpec[];
  /** Told of a child that keeps crashing, by its id. */
  readonly onGivenUp: (childId: string, reason: Error) => void;
  /** Part of an orderly stop, while everything in the tree still runs. */
  readonly beforeStop?: (self: Self<SupervisorProtocol>) => Promise<void>;
}

/**
 * A tree of children that come and go, one per symbol or topic. One that keeps crashing is given up alone. It is rest_for_one: the
 * dynamic supervisor of the children, after what they need, then what starts them. When the dynamic supervisor ends, its children end with it, and
 * what starts them brings them back.
 */
export function isolatedTreeSpec(tree: IsolatedTree): ChildSpec<SupervisorProtocol> {
  const { id, supervisor, intensity, before = [], autostart = [], onGivenUp, beforeStop } = tree;
  const root = namedSupervisor(id);
  return childSpec<SupervisorProtocol>({
    id,
    server: {
      ...root,
      async beforeStop(state, self) {
        await beforeStop?.(self);
        await root.beforeStop?.(state, self);
      },
    },
    arg: {
      strategy: 'rest_for_one',
      children: [
        ...before,
        childSpec<SupervisorProtocol>({
          id: supervisor,
          server: namedSupervisor(supervisor, DynamicSupervisor),
          arg: { ...intensity, isolated: { onGivenUp } },
          register: supervisor,
          shutdownMs: STOP_ALL_MS,
        }),
        ...autostart,
      ],
    },
    shutdownMs: STOP_ALL_MS,
  });
}

/** Children are stopped one after the other, each within a time of its own. */
const STOP_ALL_MS = 60_000;
