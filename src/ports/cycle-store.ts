import type { Settings } from '../domain/settings.js';
import type { Position } from '../strategy/position.js';

/** One trade cycle: a trader's life, whichever incarnation of the actor lives it. */
export interface Cycle {
  /** Unique among all cycles of the store, ascending. */
  readonly id: number;
  readonly symbol: string;
  /** As they were when it began; new settings apply to new cycles only. */
  readonly settings: Settings;
  readonly position: Position;
  /**
   * Counts the times that the cycle was taken up. What an earlier incarnation still has on its way to the store is refused:
   * it must not write over what the later one has written.
   */
  readonly epoch: number;
}

/** At once, or when it is committed. */
export type Committed<T> = T | Promise<T>;

/**
 * What is known of every cycle that has not ended, kept outside the actors. A trader writes its position here before it acts
 * on it, so a crash of the trader, of its Leader, or of the process loses none of it.
 *
 * A store in memory answers at once, one in a database with promises; a promise that rejects means that nothing was written.
 */
export interface CycleStore {
  /** Starts every client order id, so that ours are told from those of another store: at most 16 of `A-Za-z0-9-_`. */
  readonly orderIdPrefix: string;
  /** Takes up the cycles of a symbol that have not ended, by id. Earlier incarnations can write no more. */
  takeUp(symbol: string): Committed<readonly Cycle[]>;
  /** The same for one cycle. Rejects when it has ended. */
  takeUpOne(id: number): Committed<Cycle>;
  /** Opens a flat cycle of a symbol that has none open; otherwise takes up the first that it has. */
  openFirst(symbol: string, settings: Settings): Committed<Cycle>;
  /**
   * Opens the flat cycle that is the rebuy of another.
   *
   * @param of the cycle that asked for it
   * @returns the one there is already when it was opened before; null when that has ended
   */
  openRebuy(symbol: string, settings: Settings, of: number): Committed<Cycle | null>;
  /** Rejects when the cycle has ended or was taken up by a later incarnation. */
  save(cycle: Cycle, position: Position): Committed<void>;
  /** Ends a closed cycle. */
  end(cycle: Cycle): Committed<void>;
  /** Ends a closed cycle and opens a flat one in its place, both or neither. */
  replace(cycle: Cycle, settings: Settings): Committed<Cycle>;
}
