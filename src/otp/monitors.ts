import { Envelope } from './envelope.js';
import type { ExitReason } from './exit-reason.js';
import { Down, type Pid } from './pid.js';
import type { Process } from './process.js';

/** Who watches one actor, and whom it watches. */
export class Monitors {
  private readonly watchers = new Map<number, Process>();
  private readonly watched = new Map<number, Process>();

  constructor(private readonly owner: Process) {}

  watch(other: Pid): number {
    const { owner } = this;
    const ref = owner.system.nextId();
    const target = other as Process;
    // Killed while its handler waited: there is nobody to tell any more.
    if (!owner.alive) return ref;
    if (target.alive) {
      target.monitors.watchers.set(ref, owner);
      this.watched.set(ref, target);
    } else {
      owner.deliver(new Envelope('info', '', new Down(ref, other, target.reason ?? 'noproc')));
    }
    return ref;
  }

  unwatch(ref: number): void {
    this.watched.get(ref)?.monitors.watchers.delete(ref);
    this.watched.delete(ref);
  }

  /** The owner has ended: it watches nobody any more, and each of its watchers hears of it once. */
  ownerEnded(reason: ExitReason): void {
    for (const ref of [...this.watched.keys()]) this.unwatch(ref);
    for (const [ref, watcher] of this.watchers) {
      watcher.monitors.watched.delete(ref);
      watcher.deliver(new Envelope('info', '', new Down(ref, this.owner, reason)));
    }
    this.watchers.clear();
  }
}
