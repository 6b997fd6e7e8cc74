import { Writable } from 'node:stream';
import { createLogger, format, transports } from 'winston';
import type { Clock } from '../../ports/clock.js';
import { LOG_LEVELS, type LogLevel } from '../../ports/log.js';
import { messageOf } from '../error-facts.js';
import { LogRing } from '../log-ring.js';
import { DaemonLog, type EntryExtra } from './daemon-log.js';
import type { LogEntry } from './log-entry.js';
import { type LevelsByPart, LogLevels } from './log-levels.js';
import { lookOf, readableLine } from './readable-line.js';
import { RotatedFiles, type RotatedFilesOptions } from './rotated-files.js';

export interface OpenDaemonLogOptions {
  readonly clock: Clock;
  readonly levels: LevelsByPart;
  /** The terminal shows no more than this, whatever the levels. */
  readonly terminalLevel: LogLevel;
  readonly environment: { readonly NO_COLOR?: string | undefined };
  /** Null for none. */
  readonly files: Pick<RotatedFilesOptions, 'folder' | 'maxBytes' | 'maxFiles'> | null;
}

/**
 * A daemon's log: for people on standard error, as lines of JSON in files, and the last ones in memory. All of it is written before
 * whoever says something goes on.
 *
 * @throws what the system says when the files cannot be written
 */
export function openDaemonLog(options: OpenDaemonLogOptions): DaemonLog {
  const { clock, levels, terminalLevel, environment } = options;
  const files =
    options.files && new RotatedFiles({ ...options.files, clock, ...tellingOfTrouble(() => log) });
  const logger = createLogger({
    level: 'debug',
    // Each transport has one of its own.
    format: format((info) => info)(),
    transports: [onTerminal(terminalLevel, environment), ...(files === null ? [] : [inFiles(files)])],
  });
  const log: DaemonLog = new DaemonLog({
    clock,
    levels: new LogLevels(levels),
    ring: new LogRing(),
    write: (entry, extra) => logger.log({ level: entry.level, message: entry.message, entry, extra }),
  });
  files?.begin(
    lineOf(
      log.stamped({ level: 'info', part: 'app', message: 'the log begins', fields: { pid: process.pid } }),
    ),
  );
  return log;
}

interface Info {
  readonly entry: LogEntry;
  readonly extra: EntryExtra;
}

const formatted = (text: (info: Info) => string) => format.printf((info) => text(info as unknown as Info));

function onTerminal(level: LogLevel, environment: OpenDaemonLogOptions['environment']) {
  const look = lookOf(process.stderr, environment);
  // Who read what is printed may go away; trading goes on all the same.
  process.stderr.on('error', () => {});
  return new transports.Console({
    level,
    stderrLevels: [...LOG_LEVELS],
    format: format.combine(
      format((info) => !(info as unknown as Info).extra.isToldOtherwise && info)(),
      formatted(({ entry, extra }) => readableLine(entry, look, extra.detail?.text)),
    ),
  });
}

const inFiles = (files: RotatedFiles) =>
  new transports.Stream({
    eol: '',
    format: formatted(({ entry, extra }) => lineOf(entry, extra.detail?.value)),
    stream: new Writable({
      decodeStrings: false,
      write(line: string, _encoding, done) {
        files.write(line);
        done();
      },
    }),
  });

const lineOf = (entry: LogEntry, detail?: unknown): string =>
  `${JSON.stringify(detail === undefined ? entry : { ...entry, detail })}\n`;

const tellingOfTrouble = (log: () => DaemonLog): Pick<RotatedFilesOptions, 'onTrouble' | 'onWell'> => ({
  onTrouble: (error) =>
    log().error('the log files cannot be written; lines are only shown here until they can be', {
      reason: messageOf(error),
    }),
  onWell: (missing) => log().warn('the log files are written again; lines are missing in them', { missing }),
});
