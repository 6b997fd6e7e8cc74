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

/** The right to open and take up the cycles of a symbol. It passes to the next Leader, and is worthless then. */
export interface Leadership {
  readonly symbol: string;
  readonly epoch: number;
}

/** At once, or when it is committed. */
export type Committed<T> = T | Promise<T>;

/**
 * What is known of every cycle that has not ended, kept outside the actors. A trader writes its position here before it acts
 * on it, so a crash of the trader, of its Leader, or of the process loses none of it.
 *
 * A store in memory answers at once, one in a database with promises. A call is refused, by a throw or a rejection, when its
 * cycle has ended or its cycle or leadership was taken up by a later incarnation; then nothing was written. A crash leaves
 * calls of the dead on their way, and they must not undo what the living do.
 */
export interface CycleStore {
  /** Starts every client order id, so that ours are told from those of another store: at most 16 of `A-Za-z0-9-_`. */
  readonly orderIdPrefix: string;
  /** Becomes the Leader of a symbol, and takes up its cycles that have not ended, by id. */
  lead(symbol: string): Committed<{ readonly leadership: Leadership; readonly cycles: readonly Cycle[] }>;
  /** Takes up one cycle once more, for the next incarnation of its trader. */
  takeUp(leadership: Leadership, id: number): Committed<Cycle>;
  /** Opens a flat cycle of a symbol that has none open; otherwise takes up the first that it has. */
  openFirst(leadership: Leadership, settings: Settings): Committed<Cycle>;
  /**
   * Opens the flat cycle that is the rebuy of another.
   *
   * @param of the cycle that asked for it
   * @returns the one there is already when it was opened before; null when that has ended
   */
  openRebuy(leadership: Leadership, settings: Settings, of: number): Committed<Cycle | null>;
  save(cycle: Cycle, position: Position): Committed<void>;
  /** Ends a closed cycle. */
  end(leadership: Leadership, cycle: Cycle): Committed<void>;
  /** Ends a closed cycle and opens a flat one in its place, both or neither. */
  replace(leadership: Leadership, cycle: Cycle, settings: Settings): Committed<Cycle>;
}
