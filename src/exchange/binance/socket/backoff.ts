const BASE_MS = 250;
const CAP_MS = 30_000;

/**
 * Milliseconds to wait before the next attempt after so many failures in a row (from 1): anything from 0 to a bound that
 * doubles from 250 ms up to 30 s, so that sockets that fell together do not come back together.
 *
 * @param random from 0 to below 1
 */
export function backoffMs(failures: number, random: () => number): number {
  // The exponent is bounded first: after a thousand failures the power would be infinite.
  const bound = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures - 1, 16));
  return Math.floor(random() * bound);
}
