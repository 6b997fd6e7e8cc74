import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process of ours can be asked, by name. Arguments and answers travel as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: each question has an argument of its own.
export type Questions = { readonly [name: string]: (arg: any) => unknown };

interface Asked {
  readonly id: number;
  readonly question: string;
  readonly arg: unknown;
}
interface Answered {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** A process of its own that answers questions; it ends when it is told to, or with this one. */
export class Child<Q extends Questions> {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, Waiting>();
  private readonly ended: Promise<void>;
  private lastId = 0;

  /**
   * @param module beside this one, such as `./streams-engine.js`; it calls `answer`
   * @param nodeOptions such as `--expose-gc`
   */
  constructor(module: string, nodeOptions: readonly string[] = []) {
    this.process = fork(fileURLToPath(new URL(module, import.meta.url)), { execArgv: [...nodeOptions] });
    this.process.on('message', ({ id, value, error }: Answered) => {
      const { resolve, reject } = this.waiting.get(id) as Waiting;
      this.waiting.delete(id);
      if (error === undefined) resolve(value as never);
      else reject(new Error(`${module}: ${error}`));
    });
    this.ended = new Promise((resolve) => {
      this.process.on('exit', (code, signal) => {
        for (const { reject } of this.waiting.values())
          reject(new Error(`${module} has ended: ${signal ?? code}`));
        resolve();
      });
    });
  }

  ask<K extends keyof Q & string>(
    question: K,
    ...[arg]: Parameters<Q[K]>
  ): Promise<Awaited<ReturnType<Q[K]>>> {
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      this.process.send({ id, question, arg } satisfies Asked);
    });
  }

  async end(): Promise<void> {
    if (this.process.connected) this.process.disconnect();
    await this.ended;
  }
}

/** In such a process: answers what the one that started it asks, and ends once that lets go of it. */
export function answer(questions: Questions): void {
  process.on('message', ({ id, question, arg }: Asked) => {
    void (async () => questions[question]?.(arg))().then(
      (value) => process.send?.({ id, value } satisfies Answered),
      (error: unknown) => process.send?.({ id, error: String(error) } satisfies Answered),
    );
  });
  process.on('disconnect', () => process.exit());
}
