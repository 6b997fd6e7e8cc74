import { createLogger, format, transports } from 'winston';
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../ports/log.js';

const line = format.printf(({ timestamp, level, message, ...fields }) => {
  const { stack, ...shown } = fields;
  const pairs = Object.entries(shown)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${String(value)}`);
  const text = [String(timestamp), level.padEnd(5), String(message), ...pairs].join(' ');
  return typeof stack === 'string' ? `${text}\n${stack}` : text;
});

/** A log on standard error, a line per entry, so that standard output stays the command's own. */
export function createLog(level: LogLevel): Log {
  const logger = createLogger({
    level,
    format: format.combine(format.timestamp(), line),
    transports: [new transports.Console({ stderrLevels: [...LOG_LEVELS] })],
  });
  const at =
    (entryLevel: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      logger.log(entryLevel, message, fields);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
