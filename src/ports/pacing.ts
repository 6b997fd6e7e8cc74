import type { TradeEvent } from '../domain/trade-event.js';

/**
 * When work that must not run in the middle of a market event is let through.
 *
 * A replay settles event by event: an event is published and every actor takes it, then the fills it caused are told,
 * then whatever was started meanwhile begins to listen. Without this order results would depend on how many messages lie
 * between two actors. Live there is nothing to hold back.
 */
export interface Pacing {
  /** Runs once every actor has taken the current event itself. For telling the fills it caused. */
  afterEvent(run: () => void): void;
  /** Notes that a print was published, as part of the current event. */
  printed(print: TradeEvent): void;
  /**
   * Lets a trader listen: from the next event on when its cycle is new, at once when an earlier incarnation was listening.
   *
   * @returns what such an earlier incarnation may have lost: the current event and its prints so far. Taking one of them
   * twice changes nothing.
   */
  join(cycleId: number, listen: () => void): readonly TradeEvent[];
}

const NOTHING_LOST: readonly TradeEvent[] = [];

/** Live: nothing waits. A trade lost in a crash is not told again; the next one does as well. */
export const UNPACED: Pacing = {
  afterEvent: (run) => run(),
  printed: () => {},
  join: (_cycleId, listen) => {
    listen();
    return NOTHING_LOST;
  },
};
