import { constants } from 'node:os';

const ASKED = ['SIGINT', 'SIGTERM'] as const;

export type EndSignal = (typeof ASKED)[number];

/** What a process ends with that ends at once because of a signal, as shells have it: 130 for SIGINT, 143 for SIGTERM. */
export const exitCodeOf = (signal: EndSignal): number => 128 + constants.signals[signal];

/** Hears of every request to end; call the result to hear no more of them. */
export function onEndAsked(asked: (signal: EndSignal) => void): () => void {
  for (const signal of ASKED) process.on(signal, asked);
  return () => {
    for (const signal of ASKED) process.off(signal, asked);
  };
}

/**
 * Hears that the process which started this one, and talks to it, is gone; call the result to hear it no more. Never told of to a
 * process that was started from a shell.
 */
export function onParentGone(gone: () => void): () => void {
  process.once('disconnect', gone);
  // While this process was still starting. One that was started from a shell has no such property.
  if ('connected' in process && !process.connected) gone();
  return () => {
    process.off('disconnect', gone);
  };
}

/** Requests, by SIGUSR2, to show what there is. Whoever hears of none is ended by the signal. */
export class ShowRequests {
  private isUnanswered = false;
  private answer = (): void => {
    this.isUnanswered = true;
  };

  /** Hears of them from now on. */
  constructor() {
    process.on('SIGUSR2', () => this.answer());
  }

  /** Answers each from now on, and what was asked for before. */
  answerWith(answer: () => void): void {
    this.answer = answer;
    if (this.isUnanswered) answer();
  }
}

/** Hears of every error that nobody catches, and of every promise that fails unheard; call the result to hear no more. */
export function onDefect(found: (error: unknown) => void): () => void {
  // Without a handler of its own, Node makes the failure of such a promise an uncaught error.
  process.on('uncaughtException', found);
  return () => {
    process.off('uncaughtException', found);
  };
}
/** Hears that the terminal was closed; call the result to hear it no more. Whoever does not hear of it is ended by it. */
export function onHangUp(hungUp: () => void): () => void {
  process.on('SIGHUP', hungUp);
  return () => {
    process.off('SIGHUP', hungUp);
  };
}

/**
 * Ends this process as whoever does not hear of a closed terminal is ended, after all is in order: Node itself aborts when it ends
 * and cannot set back a terminal that is gone.
 */
export function endByHangUp(): void {
  process.kill(process.pid, 'SIGHUP');
}
