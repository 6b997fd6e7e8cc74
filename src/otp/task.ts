import { type ChildSpec, childSpec } from './child-spec.js';
import type { GenServer, Protocol } from './gen-server.js';

interface TaskProtocol extends Protocol {
  readonly arg: () => Promise<void> | void;
  readonly state: { readonly run: () => Promise<void> | void };
  readonly continue: 'run';
}

/** Task: runs one asynchronous function under a supervisor, then ends normally. What the function throws crashes it. */
export const Task: GenServer<TaskProtocol> = {
  kind: 'Task',
  init: (run) => ({ state: { run }, continue: 'run' }),
  async continue(state) {
    await state.run();
    return { state, stop: 'normal' };
  },
};

/**
 * A task as a child. Transient by default: run again after a crash, not after it has succeeded.
 *
 * @param id unique under its supervisor
 */
export const taskSpec = (
  id: string,
  run: () => Promise<void> | void,
  restart: ChildSpec['restart'] = 'transient',
): ChildSpec<TaskProtocol> => childSpec({ id, server: Task, arg: run, restart });
