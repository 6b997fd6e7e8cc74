import type { Envelope } from './envelope.js';
import { isPromise } from './handling.js';

type Turn = (envelope: Envelope) => unknown;

/**
 * The messages of an actor that takes all that wait when its turn comes. nact gives an actor one message in each turn of the
 * event loop, so it is only told of the first of them.
 */
export class Inbox {
  private waiting: Envelope[] = [];

  constructor(
    private readonly turn: Turn,
    private readonly isAlive: () => boolean,
  ) {}

  /** Whether nothing waited before, so that nact has to be told. */
  isFirst(envelope: Envelope): boolean {
    return this.waiting.push(envelope) === 1;
  }

  /**
   * Handles what waits by now, one after the other; what comes meanwhile waits for the next turn. What is left when the actor
   * ends or crashes is lost, as a mailbox is.
   */
  takeAll(): unknown {
    // The usual case, in which nothing need be made.
    if (this.waiting.length === 1)
      return this.isAlive() ? this.turn(this.waiting.pop() as Envelope) : undefined;
    const taken = this.waiting;
    this.waiting = [];
    return this.takeFrom(taken, 0);
  }

  private takeFrom(taken: readonly Envelope[], first: number): unknown {
    for (let index = first; index < taken.length && this.isAlive(); index++) {
      const handled = this.turn(taken[index] as Envelope);
      if (isPromise(handled)) return handled.then(() => this.takeFrom(taken, index + 1));
    }
    return undefined;
  }
}
