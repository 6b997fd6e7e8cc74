/**
 * Actors and supervision on nact, after Erlang/OTP. The rest of the project imports from here, and nothing but this folder
 * imports nact.
 */
export { ActorSystem, type CrashReport, type Scheduler, type SystemOptions } from './actor-system.js';
export { type ChildSpec, childSpec, type Restart } from './child-spec.js';
export { describeExit, type ExitReason, isAbnormal } from './exit-reason.js';
export type { Answer, AnyProtocol, GenServer, InfoOf, MaybePromise, Next, Protocol } from './gen-server.js';
export { NotQuiet } from './in-flight.js';
export { type ActorSnapshot, inspectTree, type KindLoad, loadByKind, withDescendants } from './inspector.js';
export { FIRST_OF_ITS_LINE, type LastCrash, type Lineage, type Restarted, restartedFor } from './lineage.js';
export { CallFailed, type CallFailure, type PendingCall } from './pending-call.js';
export { type Address, Down, type Pid, type Receiver, type Self, type Sender, type Via } from './pid.js';
export {
  backlogOf,
  type Publication,
  type Published,
  PubSub,
  type PubSubProtocol,
  publication,
  publish,
  publishAll,
  publishedOn,
  subscribersOf,
  subscribeTo,
  unsubscribeFrom,
} from './pubsub.js';
export { Registry } from './registry.js';
export {
  DEFAULT_INTENSITY,
  judgeRestart,
  type RestartIntensity,
  RestartIntensityExceeded,
} from './restart-intensity.js';
export {
  type ChildInfo,
  countChildren,
  DynamicSupervisor,
  namedSupervisor,
  restartChild,
  type Strategy,
  Supervisor,
  type SupervisorArg,
  type SupervisorProtocol,
  startChild,
  terminateChild,
  whichChildren,
} from './supervisor.js';
export { Task, taskSpec } from './task.js';
export { formatDuration, formatTree } from './tree-text.js';
