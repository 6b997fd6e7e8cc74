import type { EventEmitter } from 'node:events';
import { type REPLServer, Recoverable } from 'node:repl';

type Evaluated = (error: Error | null, value?: unknown) => void;

/** A call that is a line by itself: its result is waited for, whether `await` was typed or not. */
const CALL = /^\s*hedgehog\s*\.\s*\w+\s*\(/;

/** How a REPL evaluates, and what becomes of what is thrown. */
export class Evaluation {
  failures = 0;
  /** What was read so far is the beginning of something. */
  isUnfinished = false;

  constructor(
    private readonly server: REPLServer,
    private readonly report: (error: unknown) => void,
  ) {
    this.awaitCalls();
    this.takeThrown();
  }

  private awaitCalls(): void {
    const evaluate = this.server.eval;
    const awaiting: typeof evaluate = (code, context, file, done: Evaluated) => {
      const awaited = CALL.test(code) ? `await ${code}` : code;
      evaluate.call(this.server, awaited, context, file, (error: unknown, value: unknown) => {
        this.isUnfinished = error instanceof Recoverable;
        if (error === null || error === undefined) return done(null, value);
        if (error instanceof Recoverable) return done(error);
        this.failed(error);
        return done(null);
      });
    };
    Object.assign(this.server, { eval: awaiting });
  }

  /** What is thrown while it runs does not come back to who had it evaluated: the REPL hears of it by its domain. */
  private takeThrown(): void {
    const { _domain: domain } = this.server as unknown as { readonly _domain?: EventEmitter };
    domain?.removeAllListeners('error');
    domain?.on('error', (error: unknown) => {
      this.isUnfinished = false;
      this.failed(error);
      this.server.clearBufferedCommand();
      this.server.displayPrompt();
    });
  }

  private failed(error: unknown): void {
    this.failures++;
    this.report(error);
  }
}
