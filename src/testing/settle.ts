import { type ActorSnapshot, type ActorSystem, formatTree, inspectTree } from '../otp/index.js';

// Many times what the longest chain of messages in a test takes.
const MOST_TURNS = 10_000;
// A promise settled outside the actors becomes a message within one turn of the event loop, or two when it is chained.
const QUIET_TURNS = 3;

/**
 * Resolves when every mailbox is empty and nobody is at work. Other than `quiesce` it does not wait for requests that a
 * mocked exchange leaves unanswered.
 *
 * @throws Error with the actor tree when that does not happen
 */
export async function settleActors(system: ActorSystem): Promise<void> {
  let quiet = 0;
  for (let turn = 0; quiet < QUIET_TURNS; turn++) {
    if (turn === MOST_TURNS)
      throw new Error(`the actors do not come to rest\n${formatTree(inspectTree(system))}`);
    await new Promise((resolve) => setImmediate(resolve));
    quiet = inspectTree(system).some(isBusy) ? 0 : quiet + 1;
  }
}

const isBusy = ({ mailbox, running, children }: ActorSnapshot): boolean =>
  mailbox > 0 || running || children.some(isBusy);
