import type { Scheduler } from '../../src/otp/index.js';
import { seededRandom } from '../../src/platform/seeded-random.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets any actor pause before any message, for a few turns of the event loop: so actors overtake one another at random. */
export function randomYields(seed: number, probability = 0.2): Scheduler {
  const random = seededRandom(seed);
  const pause = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await nextTurn();
  };
  return {
    pauseBeforeTurn: () => (random() < probability ? pause(1 + Math.floor(random() * 3)) : undefined),
  };
}
