/** Events of one kind that are not stored yet. */
export interface Held<Event> {
  /** Events held. */
  readonly size: number;
  /** Whether there is anything to write: events, or a note on those that could not be held. */
  readonly pending: boolean;
  add(event: Event): void;
  /** The events to be written next, at most so many. They stay held. */
  head(limit: number): readonly Event[];
  /** They were written. */
  release(events: readonly Event[]): void;
  /** Holds an event no longer that the database will never take; returns what it was, in words. */
  setAside(event: Event): string;
  /** The one that listened has ended and another has begun: what was published in between was not heard. */
  resume(): void;
  /** Nobody will listen from here on, and what is published is not meant to be stored. */
  leave(): void;
  /** Exactly what is not stored, in words. */
  describe(): string;
  inspect(): Readonly<Record<string, unknown>>;
}
