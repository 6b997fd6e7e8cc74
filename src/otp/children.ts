import { type ChildSpec, DEFAULT_SHUTDOWN_MS } from './child-spec.js';
import type { ExitReason } from './exit-reason.js';
import { describeExit, isAbnormal } from './exit-reason.js';
import { FIRST_OF_ITS_LINE, type Lineage } from './lineage.js';
import type { Pid } from './pid.js';
import type { Process } from './process.js';
import { toError } from './to-error.js';

/** What a supervisor knows of one child. */
export interface Child {
  readonly spec: ChildSpec;
  /** Null while it does not run. One that has just ended stays until the supervisor takes the news. */
  process: Process | null;
  lineage: Lineage;
  /** Monotonic times of its own restarts that still count; used where children are isolated. */
  recentRestartsMs: readonly number[];
  /** Its restart failed and will be tried again. */
  retrying: boolean;
  /** It has ended, and was not to be restarted. */
  isDone: boolean;
}

/** A supervisor's children, in the order of their start. */
export class Children {
  private readonly byId = new Map<string, Child>();

  constructor(private readonly supervisor: Process) {}

  get size(): number {
    return this.byId.size;
  }

  all(): Child[] {
    return [...this.byId.values()];
  }

  get(id: string): Child | undefined {
    return this.byId.get(id);
  }

  /** The child that this very incarnation is; undefined for one that was stopped or replaced. */
  of(pid: Pid): Child | undefined {
    const child = this.byId.get(pid.name);
    return child?.process === pid ? child : undefined;
  }

  /** Takes in a spec and starts it. Throws what its `init` throws; the spec is forgotten then. */
  add(spec: ChildSpec, lineage: Lineage = FIRST_OF_ITS_LINE): Process {
    if (this.byId.has(spec.id)) throw new Error(`${this.supervisor.path} has a child ${spec.id} already`);
    const child: Child = {
      spec,
      process: null,
      lineage,
      retrying: false,
      isDone: false,
      recentRestartsMs: [],
    };
    this.byId.set(spec.id, child);
    try {
      return this.start(child);
    } catch (error) {
      this.byId.delete(spec.id);
      throw error;
    }
  }

  start(child: Child): Process {
    const { spec, lineage } = child;
    const { system } = this.supervisor;
    const process = system.startProcess(this.supervisor, spec.server, spec.arg, spec.id, lineage);
    if (spec.register !== undefined) this.register(spec.register, process);
    if (lineage.restarts > 0) system.counts.restarts.add(process.kind);
    child.retrying = false;
    child.isDone = false;
    child.process = process;
    return process;
  }

  private register(name: string, process: Process): void {
    try {
      process.system.registry.register(name, process);
    } catch (error) {
      // It runs already, and nobody would ever stop it.
      process.exit(toError(error));
      throw error;
    }
  }

  /** Orderly stop of one child. */
  async stop(child: Child): Promise<void> {
    const { process } = child;
    // First, so that the news of its end, which comes by mailbox, is recognised as old.
    child.process = null;
    await process?.shutdown(child.spec.shutdownMs ?? DEFAULT_SHUTDOWN_MS);
  }

  /** Orderly stop of all, at the same time: for those that need nothing of one another. */
  async stopTogether(): Promise<void> {
    await Promise.all(
      this.all()
        .toReversed()
        .map((child) => this.stop(child)),
    );
  }

  /** Orderly stop of several, in reverse order of their start. */
  async stopAll(children: readonly Child[] = this.all()): Promise<void> {
    for (const child of children.toReversed()) await this.stop(child);
  }

  forget(child: Child): void {
    this.byId.delete(child.spec.id);
  }

  /** Notes an end that nobody asked for, so that the next incarnation shows it. */
  noteExit(child: Child, reason: ExitReason): void {
    child.process = null;
    if (!isAbnormal(reason)) return;
    const lastCrash = { reason: describeExit(reason), wallMs: this.supervisor.system.clock.wallMs() };
    child.lineage = { ...child.lineage, lastCrash };
  }
}
