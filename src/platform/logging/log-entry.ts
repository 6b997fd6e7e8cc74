import type { LogFields, LogLevel, LogPart } from '../../ports/log.js';

/** What somebody says. */
export interface LogLine {
  readonly level: LogLevel;
  readonly part: LogPart;
  readonly message: string;
  readonly fields: LogFields;
}

/** A line as it is written down. */
export interface LogEntry extends LogLine {
  /** ISO 8601, UTC. */
  readonly time: string;
}

/** What is too large for fields: text for people, and the same as a value of JSON for files. */
export interface LogDetail {
  readonly text: string;
  readonly value: unknown;
}
