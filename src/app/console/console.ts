import { chmodSync, existsSync } from 'node:fs';
import { type REPLServer, start } from 'node:repl';
import { PassThrough } from 'node:stream';
import { messageOf } from '../../platform/error-facts.js';
import { type Completable, completed } from './completion.js';
import { Evaluation } from './evaluation.js';
import { feed } from './feed.js';
import { type Screen, shown, shownError } from './shown.js';

export interface ConsoleSetup {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  readonly screen: Screen;
  /** What `hedgehog` is. */
  readonly hedgehog: object;
  readonly known: Completable;
  /** Where what is typed is kept; null for nowhere. */
  readonly history: string | null;
}

/**
 * Reads and evaluates until the input ends. What is typed on a terminal may fail and be typed again; other input is at its end
 * with the first line that fails.
 *
 * @returns whether something failed where nobody was there to see to it
 */
export async function runRepl(setup: ConsoleSetup): Promise<boolean> {
  const { input, output, errors, screen, hedgehog, known, history } = setup;
  const { isTerminal } = screen;
  const lines = isTerminal ? input : new PassThrough();
  const server = start({
    prompt: isTerminal ? 'hedgehog> ' : '',
    input: lines,
    output,
    terminal: isTerminal,
    useColors: screen.colors,
    ignoreUndefined: true,
    // A call that waits for long is ended by Ctrl-C, and the console is not.
    breakEvalOnSigint: isTerminal,
    writer: (value: unknown) => shown(value, screen),
  });
  const exit = new Promise<void>((resolve) => {
    server.once('exit', resolve);
  });
  Object.defineProperty(server.context, 'hedgehog', { value: hedgehog, enumerable: true });
  const evaluation = new Evaluation(server, (error) => {
    errors.write(`${isTerminal ? '' : 'hedgehog: '}${shownError(error)}\n`);
  });
  if (isTerminal) completeBy(server, known);
  if (history !== null) await keepHistory(server, history, errors);
  if (lines instanceof PassThrough)
    await feed(input, lines, { server, exit, isOver: () => evaluation.failures > 0 });
  await exit;
  if (isTerminal) return false;
  if (!evaluation.isUnfinished) return evaluation.failures > 0;
  errors.write('hedgehog: the input ends within an expression\n');
  return true;
}

type Completer = (
  line: string,
  told: (error: Error | null, completed?: readonly [readonly string[], string]) => void,
) => void;

function completeBy(server: REPLServer, known: Completable): void {
  const ofLanguage = server.completer as unknown as Completer;
  const completer: Completer = (line, told) => {
    completed(line, known).then(
      (found) => (found === null ? ofLanguage.call(server, line, told) : told(null, found)),
      // Nothing to complete with: whoever presses Enter is told why.
      () => told(null, [[], line]),
    );
  };
  Object.assign(server, { completer });
}

async function keepHistory(server: REPLServer, file: string, errors: NodeJS.WritableStream): Promise<void> {
  // Node makes it so, and leaves one that is there as it is.
  if (existsSync(file)) chmodSync(file, 0o600);
  await new Promise<void>((resolve) => {
    server.setupHistory(file, (error) => {
      if (error !== null) errors.write(`what is typed is not kept: ${messageOf(error)}\n`);
      resolve();
    });
  });
}
