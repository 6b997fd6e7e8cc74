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

/** Hears of every request to show what there is; call the result to hear no more of them. */
export function onShowAsked(asked: () => void): () => void {
  process.on('SIGUSR2', asked);
  return () => {
    process.off('SIGUSR2', asked);
  };
}
