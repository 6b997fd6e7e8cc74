/**
 * When work that must not run in the middle of a market event is let through.
 *
 * A replay settles event by event: an event is published and every actor takes it, then the fills it caused are told,
 * then whatever was started meanwhile begins to listen. Without this order results would depend on how many messages lie
 * between two actors. Live there is nothing to hold back: both run at once.
 */
export interface Pacing {
  /** Runs once every actor has taken the current event itself. For telling the fills it caused. */
  afterEvent(run: () => void): void;
  /** Runs when the current event and its fills have settled. For listening from the next event on. */
  beforeNextEvent(run: () => void): void;
}

export const UNPACED: Pacing = {
  afterEvent: (run) => run(),
  beforeNextEvent: (run) => run(),
};
