import {
  type ChildSpec,
  childSpec,
  type RestartIntensity,
  type SupervisorProtocol,
  taskSpec,
} from '../otp/index.js';
import type { DesiredState } from '../ports/desired-state.js';
import { Follower, type FollowerProtocol } from './follower.js';
import { isolatedTreeSpec } from './isolated-tree.js';
import type { Service } from './service.js';

export interface ServiceTree<Wanted> {
  /** `Streaming` */
  readonly id: string;
  /** Id and registered name of the dynamic supervisor. */
  readonly supervisor: string;
  readonly service: Service<Wanted>;
  /** What the things need, started before them; when one of these ends for good, so do they, and all begin anew. */
  readonly before?: readonly ChildSpec[];
  /** Without it nothing starts by itself, and only what is asked for starts at all. */
  readonly desired?: DesiredState<Wanted>;
  /** How often one thing may crash before it is given up, alone. Default as for a supervisor. */
  readonly intensity?: RestartIntensity;
}

/** The tree of a service: its things, the Task that starts what is on, and the Follower. */
export function serviceTreeSpec<Wanted>(tree: ServiceTree<Wanted>): ChildSpec<SupervisorProtocol> {
  const { id, service, desired, ...rest } = tree;
  return isolatedTreeSpec({
    ...rest,
    id,
    autostart: desired === undefined ? [] : followSpecs(id, service, desired),
    onGivenUp: (childId, reason) => service.noteGivenUp(childId, reason),
  });
}

/** What a tree of a service has after its dynamic supervisor. */
export const followSpecs = <Wanted>(
  id: string,
  service: Service<Wanted>,
  desired: DesiredState<Wanted>,
): readonly ChildSpec[] => [
  { ...taskSpec(`${id} autostart`, () => service.follow(desired)), shutdownMs: STOP_FOLLOWING_MS },
  childSpec<FollowerProtocol>({
    id: `${id} follower`,
    server: Follower,
    arg: { service, desired },
    shutdownMs: STOP_FOLLOWING_MS,
  }),
];

/** Whoever follows may be waiting for a database that is away, and loses nothing when it is cut short. */
const STOP_FOLLOWING_MS = 500;
