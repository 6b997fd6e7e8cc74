import {
  type Address,
  type ChildSpec,
  type Sender,
  type SupervisorProtocol,
  startChild,
  terminateChild,
} from '../otp/index.js';
import type { LogFields } from '../ports/log.js';

/** The kind of things that a service runs: each under a name, all under one dynamic supervisor. */
export interface Things<Wanted> {
  readonly supervisor: Address<SupervisorProtocol>;
  /** The id of the thing of that name under the supervisor. */
  idOf(name: string): string;
  /** Why no thing of that name can run; null when it can. */
  whyNot(name: string): string | null;
  /** What a log line about the thing of that name is found by; `symbol` unless it says otherwise. */
  fieldsOf?(name: string): LogFields;
  /** Rejects when it runs already, or with what its start threw. */
  start(name: string, wanted: Wanted): Promise<unknown>;
  /** False when it does not run. */
  stop(name: string): Promise<boolean>;
  /** Has a running thing follow another wish. False when it has to be stopped and started for that. */
  change(name: string, wanted: Wanted): boolean;
}

export interface ThingsOptions<Wanted> {
  readonly supervisor: Address<SupervisorProtocol>;
  readonly child: (name: string, wanted: Wanted) => ChildSpec;
  readonly idOf: (name: string) => string;
  readonly whyNot?: (name: string) => string | null;
}

/** Things that are one child each, and have nothing to change while they run. */
export const childThings = <Wanted>(
  sender: Sender,
  { supervisor, child, idOf, whyNot = () => null }: ThingsOptions<Wanted>,
): Things<Wanted> => ({
  supervisor,
  idOf,
  whyNot,
  start: (name, wanted) => startChild(sender, supervisor, child(name, wanted)),
  stop: (name) => terminateChild(sender, supervisor, idOf(name)),
  change: () => true,
});
