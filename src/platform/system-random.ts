import type { Random } from './seeded-random.js';

/** For jitter; not for secrets. */
export const systemRandom: Random = () => Math.random();
