import type { Settings } from '../domain/settings.js';

/** What is wanted of one thing. */
export interface Wish<Wanted> {
  /** Differs whenever somebody has said again what is wanted, be it the same. */
  readonly version: string;
  readonly wanted: Wanted;
}

/** What is wanted to run, kept outside the process that runs it. */
export interface DesiredState<Wanted> {
  /** Everything that is on, by name. Waits while it cannot be read. */
  read(): Promise<ReadonlyMap<string, Wish<Wanted>>>;
  /** Tells that something may have changed, until the function it returns is called. */
  follow(onChange: () => void): () => void;
}

/** How a symbol that is traded is to be traded. */
export interface WantedTrading {
  /** `shutdown`: nothing new starts, and what was bought is sold. */
  readonly status: 'on' | 'shutdown';
  readonly settings: Settings;
}
