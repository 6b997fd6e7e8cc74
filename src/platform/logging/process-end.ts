import { messageOf } from '../error-facts.js';
import type { DaemonLog } from './daemon-log.js';

/** Has the log tell what is still summed when the process exits, of what it crashes, and that it has ended: one that is killed has no such line. */
export function logUntilTheEnd(log: DaemonLog): void {
  process.on('uncaughtExceptionMonitor', (error) => {
    // Who hears of it tells of it as well.
    if (process.listenerCount('uncaughtException') > 0) return;
    // Node itself prints it.
    log.aside('error', `the process crashes: ${messageOf(error)}`, { stack: error.stack ?? null });
  });
  process.on('exit', (code) => {
    log.flush();
    log.aside('info', 'the log ends', { exitCode: code });
  });
}
