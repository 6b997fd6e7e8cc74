import type { TradeEvent } from '../domain/trade-event.js';
import { type ActorSystem, type Address, type PubSubProtocol, publish } from '../otp/index.js';
import { tradeEvents } from '../ports/topics.js';
import type { SteppedPacing } from './stepped-pacing.js';

/** Where a replay is: the 0-based row whose event, or the fills of it, the actors are dealing with. */
export class Cursor {
  index = -1;
}

export interface ReplayDeps {
  readonly system: ActorSystem;
  readonly pubsub: Address<PubSubProtocol>;
  readonly pacing: SteppedPacing;
  readonly cursor: Cursor;
  /** Asked between batches; throws when the engine cannot go on, so that no result is made of half a run. */
  readonly check: () => void;
}

/**
 * Plays events through the actors under the two-phase rule: an event is published and settles, then the fills it caused are
 * told together and settle, then what was started meanwhile begins to listen. So no result depends on how many messages lie
 * between two actors, or on the order in which actors take their turns.
 *
 * @returns how many events were played
 * @throws NotQuiet when an event does not settle
 */
export async function replay(deps: ReplayDeps, tape: AsyncIterable<readonly TradeEvent[]>): Promise<number> {
  const { system, pubsub, pacing, cursor, check } = deps;
  let symbol = '';
  let topic = tradeEvents(symbol);
  await letIn(deps);
  for await (const batch of tape) {
    for (const event of batch) {
      cursor.index++;
      if (event.symbol !== symbol) {
        symbol = event.symbol;
        topic = tradeEvents(symbol);
      }
      pacing.beginEvent(event);
      if (!publish(system, pubsub, topic, event)) throw new Error('PubSub has ended');
      await system.quiesce();
      if (pacing.isHolding) await settleWhatFollows(deps);
    }
    check();
  }
  await system.quiesce();
  return cursor.index + 1;
}

async function settleWhatFollows(deps: ReplayDeps): Promise<void> {
  const { system, pacing } = deps;
  while (pacing.tellFills()) await system.quiesce();
  await letIn(deps);
}

async function letIn({ system, pacing }: ReplayDeps): Promise<void> {
  while (pacing.admitStarted()) await system.quiesce();
}
