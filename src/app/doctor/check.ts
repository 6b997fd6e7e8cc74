import type { ControlClient } from '../../control/client.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Environment } from '../../warehouse/connection.js';
import type { Database } from '../../warehouse/database.js';
import type { RemoteExchange } from '../exchange-choice.js';
import type { AccountFacts } from './account-facts.js';
import type { ExchangeDesk } from './exchange-desk.js';

/** What a check found, in a line. */
export interface Finding {
  /** A warning keeps nothing from running; with a problem something does not run, or not as it should. */
  readonly status: 'ok' | 'warning' | 'problem';
  readonly found: string;
  /** What to do about it; null where nothing needs to be done. */
  readonly remedy: string | null;
}

/** One thing that could be wrong. */
export interface Check {
  readonly name: string;
  /** Names of checks that it rests on, which stand before it: when one of those found a problem, this one is left out. */
  readonly needs?: readonly string[];
  /** What is said of the checks that rest on this one when it found a problem: `the exchange does not answer`. */
  readonly otherwise?: string;
  /** Default ten seconds. */
  readonly limitMs?: number;
  /** Null where there is nothing to look at; then there is nothing either for what rests on it. */
  run(context: DoctorContext): Promise<Finding | null>;
}

export interface DoctorContext {
  readonly environment: Environment;
  /** What is wrong with the configuration file, and variables that are unknown. */
  readonly problems?: readonly string[];
  /** Why the configuration file cannot be read; the environment is then without what it says. */
  readonly unreadable?: string;
  readonly clock: Clock;
  /** Of this Hedgehog. */
  readonly version: string;
  /** What the parts that are used have to say; nobody reads it. */
  readonly log: Log;
  /** How long anybody is waited for who does not answer. */
  readonly patienceMs: number;
  /** What is free on the disk of a path that exists, bytes. */
  readonly freeBytes: (path: string) => Promise<number>;
  readonly known: Known;
}

/** What earlier checks found out that later ones go on from. */
export interface Known {
  /** The Hedgehog that runs. */
  daemon?: { readonly client: ControlClient; readonly port: number | null; readonly version: string };
  /** Open. */
  database?: Database;
  isMigrated?: boolean;
  /** What client order ids of this database start with: one of these; null while it has none. */
  orderIdStarts?: readonly string[] | null;
  remote?: RemoteExchange;
  desk?: ExchangeDesk;
  account?: AccountFacts;
}

export const ok = (found: string): Finding => ({ status: 'ok', found, remedy: null });
export const warning = (found: string, remedy: string): Finding => ({ status: 'warning', found, remedy });
export const problem = (found: string, remedy: string | null): Finding => ({
  status: 'problem',
  found,
  remedy,
});
