import type { Address, PubSubProtocol } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Exchange } from '../ports/exchange.js';
import type { Log } from '../ports/log.js';
import type { Pacing } from '../ports/pacing.js';
import type { CycleBook } from './cycle-book.js';

/** What trading actors are given from outside. */
export interface TradingDeps {
  readonly exchange: Exchange;
  readonly pubsub: Address<PubSubProtocol>;
  readonly pacing: Pacing;
  readonly cycles: CycleBook;
  readonly clock: Clock;
  readonly log: Log;
  /** Makes client order ids ours: at most 16 of `A-Za-z0-9-_`. */
  readonly orderIdPrefix: string;
}
