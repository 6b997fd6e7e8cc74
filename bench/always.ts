import type { DesiredState } from '../src/ports/desired-state.js';

/** These things are wanted in the same way, from the start to the end. */
export const always = <Wanted>(names: Iterable<string>, wanted: Wanted): DesiredState<Wanted> => {
  const wishes = new Map([...names].map((name) => [name, { version: '1', wanted }]));
  return { read: async () => wishes, follow: () => () => {} };
};
