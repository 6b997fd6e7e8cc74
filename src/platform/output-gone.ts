import { codeOf } from './error-facts.js';

/** Whoever read a pipe has gone away, as `| head` does; or the terminal was closed. */
const GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

const told = new Set<() => void>();

/** Hears that nobody reads any more what this process says; call the result to hear it no more. May be told more than once. */
export function onOutputGone(gone: () => void): () => void {
  told.add(gone);
  return () => {
    told.delete(gone);
  };
}

/** From now on output that nobody reads ends the process: in order where somebody hears of it, else at once. */
export function endWithOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (!GONE.has(codeOf(error))) throw error;
      if (told.size === 0) process.exit(0);
      for (const gone of told) gone();
    });
  }
}
