import type { Address, PubSubProtocol } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Cycle, CycleStore } from '../ports/cycle-store.js';
import type { Exchange } from '../ports/exchange.js';
import type { Log } from '../ports/log.js';
import type { Pacing } from '../ports/pacing.js';

/** What trading actors are given from outside. */
export interface TradingDeps {
  readonly exchange: Exchange;
  readonly pubsub: Address<PubSubProtocol>;
  readonly pacing: Pacing;
  readonly cycles: CycleStore;
  /** Hears of every cycle as it ended. */
  readonly onCycleEnd: (cycle: Cycle) => void;
  readonly clock: Clock;
  readonly log: Log;
}
