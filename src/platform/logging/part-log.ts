import type { Log, LogPart, PartedLog } from '../../ports/log.js';

/** The log of one part; the log itself when it does not tell parts apart, as those of commands and tests do not. */
export const partLog = (log: Log | PartedLog, part: LogPart): Log => ('part' in log ? log.part(part) : log);
