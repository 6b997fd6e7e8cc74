const ASKED = ['SIGINT', 'SIGTERM'] as const;

/** Hears of every request to end; call the result to hear no more of them. */
export function onEndAsked(asked: (signal: string) => void): () => void {
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
