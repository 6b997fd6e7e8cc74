import { compose } from '../src/app/compose.js';
import { mockPart } from '../src/app/exchange-part.js';
import { Cursor, replay } from '../src/backtest/replay.js';
import { SteppedPacing } from '../src/backtest/stepped-pacing.js';
import { subscribersOf } from '../src/otp/index.js';
import { systemClock } from '../src/platform/system-clock.js';
import { tradeEvents } from '../src/ports/topics.js';
import { type BacktestInput, QUIET_LOG } from './replay-runs.js';

/** What a replay sends, event by event. */
export interface Deliveries {
  /** How many actors got each event itself: the exchange, once it had an order, and the traders that listened. */
  readonly recipients: Uint16Array;
  /** Messages that actors took during the replay: PubSub's share, orders and fills with all that follows from them included. */
  readonly messages: number;
}

/** Replays once and notes, before each event, who has subscribed to it. */
export async function countDeliveries({
  events,
  symbol,
  settings,
  symbols,
}: BacktestInput): Promise<Deliveries> {
  const pacing = new SteppedPacing();
  let turns = 0;
  const countTurn = (): undefined => {
    turns++;
  };
  const engine = compose({
    clock: systemClock,
    log: QUIET_LOG,
    exchange: mockPart({ symbols: symbols.values() }),
    pacing,
    scheduler: { pauseBeforeTurn: countTurn },
  });
  const { system, pubsub } = engine;
  const recipients = new Uint16Array(events.length);
  async function* oneByOne() {
    turns = 0;
    for (const [index, event] of events.entries()) {
      recipients[index] = (await subscribersOf(system, pubsub, tradeEvents(symbol))).length;
      yield [event];
    }
  }
  await engine.trading.start(symbol, settings);
  await system.quiesce();
  await replay({ system, pubsub, pacing, cursor: new Cursor(), check: () => {} }, oneByOne());
  const asked = events.length;
  await engine.stop();
  return { recipients, messages: turns - asked };
}
