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
  // While this process was still starting. One that was started from a shell has no such property.
  if ('connected' in process && !process.connected) gone();
  return () => {
    process.off('disconnect', gone);
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
