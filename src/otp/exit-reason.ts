/**
 * Why an actor ended. `normal` and `shutdown` are no crash; `killed` left it no time to tidy up; `noproc` stands for an
 * actor that had ended before anyone asked; an Error is the crash itself.
 */
export type ExitReason = 'normal' | 'shutdown' | 'killed' | 'noproc' | Error;

/** Whether a transient child is restarted after it. */
export const isAbnormal = (reason: ExitReason): boolean => reason !== 'normal' && reason !== 'shutdown';

export const describeExit = (reason: ExitReason): string =>
  typeof reason === 'string' ? reason : `${reason.name}: ${reason.message}`;
