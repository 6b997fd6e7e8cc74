import { createInterface } from 'node:readline';
import type { REPLServer } from 'node:repl';
import type { Writable } from 'node:stream';

export interface Fed {
  readonly server: REPLServer;
  readonly exit: Promise<void>;
  readonly isOver: () => boolean;
}

/** Gives a REPL one line after the other, each when it is done with the one before: by itself it would not wait. */
export async function feed(
  input: NodeJS.ReadableStream,
  lines: Writable,
  { server, exit, isOver }: Fed,
): Promise<void> {
  let prompted = (): void => {};
  // Shown when it is ready for the next line; and what is piped in wants to see no prompt, nor `...` where a line goes on.
  Object.assign(server, { displayPrompt: () => prompted() });
  let hasExited = false;
  void exit.then(() => {
    hasExited = true;
  });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const done = new Promise<void>((resolve) => {
      prompted = resolve;
    });
    lines.write(`${line}\n`);
    await Promise.race([done, exit]);
    if (hasExited || isOver()) break;
  }
  lines.end();
}
