import type { SwitchRow } from '../warehouse/settings-tables.js';

/**
 * How a thing stands beside what is wanted of it: `waiting` is wanted and not started yet, `stopping` is off and still runs,
 * `restarting` is between a crash and its next start, `given-up` crashed too often or cannot run at all.
 */
export const STATES = ['running', 'waiting', 'restarting', 'stopping', 'given-up'] as const;
export type State = (typeof STATES)[number];

export interface Standing {
  /** Null for what is off, and while no Hedgehog runs. */
  readonly state: State | null;
  /** Why it does not run, where somebody knows. */
  readonly reason: string | null;
}

/** A thing that was started or given up, as a service lists it or has reported it. */
export interface KnownThing {
  readonly state: 'running' | 'restarting' | 'given-up';
  readonly reason: string | null;
}

export type StandingRow = SwitchRow & Standing;

/** @param things by name; null while no Hedgehog runs: what the last one said is worth nothing then */
export function standingRow(row: SwitchRow, things: ReadonlyMap<string, KnownThing> | null): StandingRow {
  const { symbol, topic, status } = row;
  if (things === null) return { ...row, state: null, reason: null };
  const thing = things.get(topic === null ? symbol : `${topic}:${symbol}`);
  if (status === 'off') {
    const runs = thing !== undefined && thing.state !== 'given-up';
    return { ...row, state: runs ? 'stopping' : null, reason: null };
  }
  return { ...row, state: thing?.state ?? 'waiting', reason: thing?.reason ?? null };
}
