import type { Clock } from '../../ports/clock.js';
import type { Log, LogLevel } from '../../ports/log.js';
import { LogRing } from '../log-ring.js';
import { DaemonLog } from './daemon-log.js';
import { everyPartAt, LogLevels } from './log-levels.js';

/** A daemon's log that another one writes down: no files, and all parts begin at that level. */
export const logInto = (log: Log, level: LogLevel, clock: Clock): DaemonLog =>
  new DaemonLog({
    ...{ clock, levels: new LogLevels(everyPartAt(level)), ring: new LogRing() },
    write: (entry) => log[entry.level](entry.message, entry.fields),
  });
