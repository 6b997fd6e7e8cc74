import type { ServiceName } from '../../../control/deps.js';
import type { StandingRow } from '../../../control/standing.js';
import type { SettingsChanged, SymbolSettings } from '../../../control/symbol-settings.js';
import type { Access } from '../../../control/tokens.js';
import type { StoredTopic, TradingStatus } from '../../../warehouse/schema.js';
import { askedDesk } from './asked.js';
import { storedDesk } from './stored.js';

/** Who follows what is changed: the Hedgehog that is asked, one that is not found here, or nobody. */
export type FollowedBy = 'here' | 'elsewhere' | null;

export interface SwitchRequest {
  readonly service: ServiceName;
  /** Of storing, and of nothing else. */
  readonly topic?: StoredTopic;
  /** Each once; all are switched or none. */
  readonly symbols: readonly string[];
  /** `shutdown` is for trading. */
  readonly status: TradingStatus;
}

export interface Switched {
  /** What each symbol was before. */
  readonly before: ReadonlyMap<string, string>;
  /** Whether what runs has been brought in line with it already. */
  readonly followed: boolean;
}

/**
 * What commands look at and change: through the Hedgehog that runs here, or in the database when none does. Both answer the
 * same, and refuse the same with InputError; what is changed is durable when the promise resolves.
 */
export interface Desk {
  followedBy(): Promise<FollowedBy>;
  /** What is wanted of every symbol, and how it stands. */
  list(service: ServiceName): Promise<readonly StandingRow[]>;
  /** @param wait for it to be followed, for a few seconds, where that can be told */
  switch(request: SwitchRequest, wait: boolean): Promise<Switched>;
  /** Of every symbol, or of one. */
  settings(symbol?: string): Promise<readonly SymbolSettings[]>;
  /**
   * @param given decimals as text, by key; what is not given stays as it is
   * @param dryRun only tells what the change would do
   */
  changeSettings(
    symbol: string,
    given: Readonly<Record<string, string>>,
    dryRun: boolean,
  ): Promise<SettingsChanged>;
  /** How many cycles each symbol has that have not ended. */
  openCycles(): Promise<ReadonlyMap<string, number>>;
}

/**
 * Works at the desk that there is: that of the Hedgehog which runs here on the database that the environment names, or else the
 * database itself, which has to be there and up to date.
 *
 * @param access what the work needs of a Hedgehog that runs: `full` for who changes something
 * @throws InputError when the Hedgehog is of another version or another user's, or the database is not set up
 */
export async function withDesk<T>(access: Access, work: (desk: Desk) => Promise<T>): Promise<T> {
  const asked = await askedDesk(access);
  return asked === null ? storedDesk(work) : work(asked);
}
