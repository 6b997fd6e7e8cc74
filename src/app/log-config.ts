import { join, resolve } from 'node:path';
import { InputError, quoted } from '../platform/input-error.js';
import { type LevelsByPart, parseLogLevels } from '../platform/logging/log-levels.js';
import { type Environment, fileNameOf, targetOf } from '../warehouse/connection.js';

/** What the log of a daemon says, and where it is kept. */
export interface LogConfig {
  readonly levels: LevelsByPart;
  /** Null for no files. */
  readonly files: LogFilesConfig | null;
}

export interface LogFilesConfig {
  /** As HEDGEHOG_LOG_DIR names it; null for the usual one. */
  readonly folder: string | null;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

const SIZE = '20m';
const FILES = '14';
const UNITS = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 } as const;

/**
 * Reads HEDGEHOG_LOG_LEVEL, HEDGEHOG_LOG_DIR, HEDGEHOG_LOG_MAX_SIZE and HEDGEHOG_LOG_MAX_FILES. One that is empty counts as not set.
 *
 * @throws InputError that tells of everything that is wrong, a line for each
 */
export function readLogConfig(environment: Environment): LogConfig {
  const problems: string[] = [];
  const attempt = <T>(variable: string, usual: string, read: (text: string) => T): T | undefined => {
    const given = environment[variable] || usual;
    try {
      return read(given);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(`${variable} is ${quoted(given)}; ${error.message}`);
      return undefined;
    }
  };
  const levels = attempt('HEDGEHOG_LOG_LEVEL', 'info', parseLogLevels);
  const maxBytes = attempt('HEDGEHOG_LOG_MAX_SIZE', SIZE, bytesIn);
  const maxFiles = attempt('HEDGEHOG_LOG_MAX_FILES', FILES, countIn);
  if (levels === undefined || maxBytes === undefined || maxFiles === undefined)
    throw new InputError(problems.join('\n  '));
  const folder = environment.HEDGEHOG_LOG_DIR || null;
  return {
    levels,
    files: folder === 'off' ? null : { folder: folder && resolve(folder), maxBytes, maxFiles },
  };
}

/** The folder `logs/<database>` in HEDGEHOG_DATA_DIR, or else in `.hedgehog`: so daemons on several databases do not meet. */
export function usualLogFolder(environment: Environment): string {
  const data = resolve(environment.HEDGEHOG_DATA_DIR || '.hedgehog');
  return join(data, 'logs', fileNameOf(targetOf(environment)));
}

function bytesIn(text: string): number {
  const [, digits, unit] = /^(\d{1,4})([kmg])$/.exec(text) ?? [];
  const bytes = Number(digits) * UNITS[unit as keyof typeof UNITS];
  if (bytes >= UNITS.k && bytes <= 10 * UNITS.g) return bytes;
  throw new InputError('allowed is a size from 1k to 10g, such as 500k, 20m or 1g');
}

function countIn(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 1_000) return count;
  throw new InputError('allowed is a whole number from 1 to 1000');
}
