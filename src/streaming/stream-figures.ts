import { Durations } from '../domain/durations.js';

/** Counts of a symbol's trades; kept with what outlives its Streamer. */
export interface GapCounts {
  /** Gaps in trade ids that were found, and those of them that were closed. */
  readonly gapsFound: number;
  readonly gapsFilled: number;
  /** Trades that were fetched to close them. */
  readonly fetched: number;
  /** Ids that the exchange does not have. */
  readonly absent: number;
  /** Ids that were given up, since too much was traded meanwhile. */
  readonly missing: number;
}

export interface StreamConnections {
  readonly up: number;
  readonly down: number;
}

/** What can be counted of the live streams, kept outside of the actors; for who looks on. */
export class StreamFigures {
  /** From the exchange's event time to when a trade was read here, by the exchange's clock. */
  readonly lag = new Durations([5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000]);
  /** From a socket to PubSub, once for all trades of a symbol that came together. */
  readonly publishing = new Durations([0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000]);
  /** Times a connection was up again after it had been down. */
  reconnects = 0;
  /** Frames that could not be read. */
  malformed = 0;
  /** Of all symbols together. */
  gaps: () => GapCounts = () => NO_GAPS;
  connections: () => StreamConnections = () => ({ up: 0, down: 0 });
}

export const NO_GAPS: GapCounts = { gapsFound: 0, gapsFilled: 0, fetched: 0, absent: 0, missing: 0 };
