import type { Log, LogFields } from '../../src/ports/log.js';

export interface LogEntry {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that keeps what it is told, and prints nothing. */
export function aLog(): Log & { readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = [];
  const at =
    (level: keyof Log) =>
    (message: string, fields: LogFields = {}): void => {
      entries.push({ level, message, fields });
    };
  return { entries, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
