import type { Wish } from '../ports/desired-state.js';

/** One thing to do, so that what runs becomes what is wanted. */
export type Change<Wanted> =
  | { readonly kind: 'stop'; readonly name: string }
  | { readonly kind: 'start' | 'change'; readonly name: string; readonly wish: Wish<Wanted> };

/**
 * What is left to do. Nothing when what runs is what is wanted, so doing it again is harmless. Stops come first: they make
 * room.
 *
 * @param running the version of the wish that each running thing follows; null when it was started without one
 * @param givenUp the version under which a thing was given up: it is tried again when somebody says again that it is wanted
 */
export function reconcile<Wanted>(
  desired: ReadonlyMap<string, Wish<Wanted>>,
  running: ReadonlyMap<string, string | null>,
  givenUp: ReadonlyMap<string, string | null>,
): readonly Change<Wanted>[] {
  const stops = [...running.keys()]
    .filter((name) => !desired.has(name))
    .map((name): Change<Wanted> => ({ kind: 'stop', name }));
  const others = [...desired].flatMap(([name, wish]): Change<Wanted>[] => {
    if (running.has(name)) return running.get(name) === wish.version ? [] : [{ kind: 'change', name, wish }];
    return givenUp.get(name) === wish.version ? [] : [{ kind: 'start', name, wish }];
  });
  return [...stops, ...others];
}
