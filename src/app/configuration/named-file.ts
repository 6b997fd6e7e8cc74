import { existsSync } from 'node:fs';
import { InputError } from '../../platform/input-error.js';

let named: string | undefined;

/**
 * Takes what `--config` names, before a command runs.
 *
 * @throws InputError when there is no such file: also commands that look at no configuration refuse it
 */
export function nameConfigFile(file: string | undefined): void {
  if (file !== undefined && !existsSync(file))
    throw new InputError(`--config names ${file}, and there is no such file`);
  named = file;
}

/** The configuration file that the command line names. */
export const namedConfigFile = (): string | undefined => named;
