import { shownTree } from '../control/actors.js';
import { type ActorSystem, formatTree, inspectTree } from '../otp/index.js';
import type { DaemonLog } from '../platform/logging/daemon-log.js';

/** Writes the actors into the log, also while none runs yet, or no more. */
export class ActorsInLog {
  private system: ActorSystem | null = null;

  constructor(private readonly log: DaemonLog) {}

  of(system: ActorSystem): void {
    this.system = system;
  }

  show(): void {
    const roots = this.system === null ? [] : inspectTree(this.system);
    if (this.system === null || roots.length === 0) {
      this.log.warn('SIGUSR2: no actor runs at the moment');
      return;
    }
    this.log.detail(
      { level: 'info', part: 'actors', message: 'SIGUSR2: the actors as they stand', fields: {} },
      { text: formatTree(roots), value: shownTree(this.system) },
    );
  }
}
