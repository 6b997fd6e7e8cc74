import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, messageOf } from '../platform/error-facts.js';
import { InputError, quoted } from '../platform/input-error.js';
import type { DaemonLog } from '../platform/logging/daemon-log.js';
import { openDaemonLog } from '../platform/logging/open-daemon-log.js';
import { logUntilTheEnd } from '../platform/logging/process-end.js';
import { MachineError } from '../platform/machine-error.js';
import { makeFolders } from '../platform/postgres/places.js';
import { systemClock } from '../platform/system-clock.js';
import type { LogLevel } from '../ports/log.js';
import type { Environment } from '../warehouse/connection.js';
import { type LogConfig, usualLogFolder } from './log-config.js';

/**
 * The log of the daemon that this process is, until its end.
 *
 * @param terminalLevel the terminal shows no more than this, whatever the levels are
 * @throws InputError when the folder that the environment names cannot be used, MachineError when the usual one cannot be
 */
export function runningLog(
  { levels, files }: LogConfig,
  environment: Environment,
  terminalLevel: LogLevel = 'debug',
): DaemonLog {
  const kept = files && { ...files, folder: files.folder ?? usualLogFolder(environment) };
  try {
    if (kept !== null) makeLogFolder(kept.folder);
    const log = openDaemonLog({
      ...{ clock: systemClock, levels, terminalLevel, environment },
      files: kept,
    });
    logUntilTheEnd(log);
    return log;
  } catch (error) {
    if (kept === null || codeOf(error) === '') throw error;
    const why = `log files cannot be written there (${messageOf(error)})`;
    if (files?.folder === null)
      throw new MachineError(
        `${kept.folder}: ${why}; HEDGEHOG_LOG_DIR names another folder, or off for none`,
      );
    throw new InputError(
      `HEDGEHOG_LOG_DIR is ${quoted(kept.folder)}; ${why}; allowed is another folder, or off`,
    );
  }
}

/** Makes the folder, which nobody else may enter. One that is there is left as it is, unless anybody could put a file of his own there. */
function makeLogFolder(folder: string): void {
  // The account of the database passes through those above it.
  makeFolders(dirname(folder), 0o755);
  makeFolders(folder, 0o700);
  if ((statSync(folder).mode & 0o002) === 0) return;
  throw new InputError(
    `the log folder ${folder} is one that anybody may write to; allowed is one of your own: chmod 700, or name another in HEDGEHOG_LOG_DIR`,
  );
}
