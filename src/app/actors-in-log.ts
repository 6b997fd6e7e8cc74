import { shownTree } from '../control/actors.js';
import { type ActorSystem, formatTree, inspectTree } from '../otp/index.js';
import type { DaemonLog } from '../platform/logging/daemon-log.js';
import { onShowAsked } from '../platform/signals.js';

/** Writes the actors into the log whenever SIGUSR2 asks for it, also while none runs yet, or no more. */
export class ActorsInLog {
  private system: ActorSystem | null = null;
  private log: DaemonLog | null = null;
  private isAskedEarly = false;
  readonly forget: () => void;

  /** Hears of the signal from now on: without that it would end the process. */
  constructor() {
    this.forget = onShowAsked(() => this.show());
  }

  /** What is asked for before is written now. */
  writeTo(log: DaemonLog): void {
    this.log = log;
    if (this.isAskedEarly) this.show();
  }

  of(system: ActorSystem): void {
    this.system = system;
  }

  private show(): void {
    if (this.log === null) {
      this.isAskedEarly = true;
      return;
    }
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
