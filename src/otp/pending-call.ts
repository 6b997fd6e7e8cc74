import { describeExit, type ExitReason } from './exit-reason.js';
import type { Process } from './process.js';

export type CallFailure = ExitReason | 'timeout' | 'deadlock';

/** A call that got no reply. `reason` says why; a crash of the callee is there as the error it crashed with. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  constructor(
    readonly to: string,
    readonly call: string,
    readonly reason: CallFailure,
  ) {
    super(
      `call ${call} to ${to}: ${reason === 'timeout' || reason === 'deadlock' ? reason : describeExit(reason)}`,
      reason instanceof Error ? { cause: reason } : undefined,
    );
  }
}

/** One open call. It is settled once: by a reply, the callee's end, or its deadline. */
// biome-ignore lint/suspicious/noExplicitAny: calls of all reply types stand in one set, and a reply is contravariant.
export class PendingCall<Reply = any> {
  private settled = false;

  constructor(
    readonly callee: Process,
    readonly key: string,
    /** The actor whose handler waits for it; null for code outside the actors. */
    readonly caller: Process | null,
    /** On the clock's monotonic time; Infinity for none. */
    readonly deadlineMs: number,
    private readonly resolve: (reply: Reply) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  reply(value: Reply): void {
    if (this.settle()) this.resolve(value);
  }

  /** Answers with an error of the callee's choosing; the callee itself goes on. */
  refuse(error: Error): void {
    if (this.settle()) this.reject(error);
  }

  fail(reason: CallFailure): void {
    if (this.settle()) this.reject(new CallFailed(this.callee.path, this.key, reason));
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.callee.openCalls.delete(this);
    this.callee.system.openCalls.delete(this);
    this.caller?.waitsFor.delete(this);
    return true;
  }
}
