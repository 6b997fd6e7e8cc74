import type { Trouble } from './trade-line.js';

const BOUNDS: {
  readonly [Kind in Trouble['kind']]: { readonly firstMs: number; readonly longestMs: number };
} = {
  'not-served': { firstMs: 200, longestMs: 5_000 },
  failed: { firstMs: 500, longestMs: 30_000 },
  // On top of the wait that the exchange asked for.
  'rate-limited': { firstMs: 500, longestMs: 2_000 },
};

/**
 * Milliseconds until the exchange is asked again: they double with every time in a row, and are spread, since many symbols come
 * into the same trouble at once.
 *
 * @param random from 0 to below 1
 */
export function pauseMs({ kind, times }: Trouble, random: () => number): number {
  const { firstMs, longestMs } = BOUNDS[kind];
  const bound = Math.min(longestMs, firstMs * 2 ** Math.min(times - 1, 16));
  return Math.ceil((bound * (1 + random())) / 2);
}
