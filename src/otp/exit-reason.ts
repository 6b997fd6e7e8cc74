import { RestartIntensityExceeded } from './restart-intensity.js';

/**
 * Why an actor ended. `normal` and `shutdown` are no crash; `killed` left it no time to tidy up; `noproc` stands for an
 * actor that had ended before anyone asked; an Error is the crash itself.
 */
export type ExitReason = 'normal' | 'shutdown' | 'killed' | 'noproc' | Error;

/** Whether a transient child is restarted after it. */
export const isAbnormal = (reason: ExitReason): boolean => reason !== 'normal' && reason !== 'shutdown';

export function describeExit(reason: ExitReason): string {
  if (typeof reason === 'string') return reason;
  const text = reason instanceof RestartIntensityExceeded ? reason.story : reason.message;
  return `${reason.name}: ${text}`;
}
