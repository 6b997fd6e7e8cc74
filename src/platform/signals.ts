const ASKED = ['SIGINT', 'SIGTERM'] as const;

/** Hears of every request to end; call the result to hear no more of them. */
export function onEndAsked(asked: (signal: string) => void): () => void {
  for (const signal of ASKED) process.on(signal, asked);
  return () => {
    for (const signal of ASKED) process.off(signal, asked);
  };
}
