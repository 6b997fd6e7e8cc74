import { messageOf } from '../platform/error-facts.js';
import type { Clock } from '../ports/clock.js';

/** What was asked for cannot be had at the moment; asking again later may help. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}

/** There is no such thing as was asked for. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

/** The work's answer, if it comes in time. The work itself goes on. Throws NotNow when it does not. */
export function inTime<T>(clock: Clock, ms: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new NotNow(`${what} does not answer`)));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error(messageOf(error)));
      },
    );
  });
}
