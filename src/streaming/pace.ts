import { InputError, quoted } from '../platform/input-error.js';

/** How fast a tape is played: one trade every so many milliseconds, or so many times as fast as it was recorded. */
export type Pace =
  | { readonly kind: 'interval'; readonly ms: number }
  | { readonly kind: 'recorded'; readonly speed: number };

const ALLOWED =
  'trades per second such as 50/s, milliseconds between trades such as 20ms, or x10 for ten times as recorded';
const SHAPE = /^(?:(?<perSecond>\d+(?:\.\d+)?)\/s|(?<ms>\d+(?:\.\d+)?)ms|x(?<speed>\d+(?:\.\d+)?))$/;

/**
 * The pace that a text such as `50/s`, `20ms` or `x10` stands for.
 *
 * @throws InputError when it stands for none
 */
export function parsePace(text: string): Pace {
  const { perSecond, ms, speed } = SHAPE.exec(text)?.groups ?? {};
  const pace: Pace =
    speed === undefined
      ? { kind: 'interval', ms: perSecond === undefined ? Number(ms) : 1_000 / Number(perSecond) }
      : { kind: 'recorded', speed: Number(speed) };
  const rate = pace.kind === 'interval' ? pace.ms : pace.speed;
  if (Number.isFinite(rate) && rate > 0) return pace;
  throw new InputError(`${quoted(text)}; allowed is ${ALLOWED}`);
}

/** Milliseconds from one trade to the next, by their trade times. */
export const gapMs = (pace: Pace, fromTime: number, toTime: number): number =>
  pace.kind === 'interval' ? pace.ms : Math.max(0, toTime - fromTime) / pace.speed;
