import type { Clock } from '../../ports/clock.js';
import {
  LOG_LEVELS,
  type Log,
  type LogFields,
  type LogLevel,
  type LogPart,
  type PartedLog,
} from '../../ports/log.js';
import type { LogRing } from '../log-ring.js';
import type { LogDetail, LogEntry, LogLine } from './log-entry.js';
import type { LogLevels } from './log-levels.js';
import { StormFilter } from './storm-filter.js';

export interface EntryExtra {
  /** Written below the line. */
  readonly detail?: LogDetail;
  /** Not for the terminal. */
  readonly isToldOtherwise?: true;
}

export interface DaemonLogOptions {
  readonly clock: Clock;
  readonly levels: LogLevels;
  readonly ring: LogRing;
  /** Writes an entry down at once. */
  readonly write: (entry: LogEntry, extra: EntryExtra) => void;
}

/**
 * The log of a daemon. What the level of its part leaves out is gone for all: the terminal, the files, and whoever follows. What is
 * repeated quickly is summed.
 */
export class DaemonLog implements PartedLog {
  private readonly storms: StormFilter;
  private readonly app: Log;

  constructor(private readonly options: DaemonLogOptions) {
    this.storms = new StormFilter(options.clock, (line) => this.write(line));
    this.app = this.part('app');
  }

  get levels(): LogLevels {
    return this.options.levels;
  }

  get ring(): LogRing {
    return this.options.ring;
  }

  debug(message: string, fields?: LogFields): void {
    this.app.debug(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.app.info(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.app.warn(message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.app.error(message, fields);
  }

  part(part: LogPart): Log {
    const { levels } = this.options;
    const at = (level: LogLevel) => {
      const rank = LOG_LEVELS.indexOf(level);
      return (message: string, fields: LogFields = {}): void => {
        if (levels.isOn(part, rank)) this.storms.offer({ level, part, message, fields });
      };
    };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  /** Writes something large below a line, whatever the levels are. Those who follow hear of the line alone. */
  detail(line: LogLine, detail: LogDetail): void {
    this.write(line, { detail });
  }

  /** Writes what whoever sits at the terminal sees or is told anyway. */
  aside(level: LogLevel, message: string, fields: LogFields): void {
    this.write({ level, part: 'app', message, fields }, { isToldOtherwise: true });
  }

  /** Writes what is still being summed. */
  flush(): void {
    this.storms.flush();
  }

  stamped(line: LogLine): LogEntry {
    return { time: new Date(this.options.clock.wallMs()).toISOString(), ...line };
  }

  private write(line: LogLine, extra: EntryExtra = {}): void {
    const entry = this.stamped(line);
    this.options.write(entry, extra);
    this.options.ring.note(entry);
  }
}
