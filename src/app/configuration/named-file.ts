import { existsSync } from 'node:fs';
import { InputError } from '../../platform/input-error.js';

let named: string | undefined;

/** Takes what `--config` names, before a command runs. */
export function nameConfigFile(file: string | undefined): void {
  named = file;
}

/** @throws InputError when there is no such file: also commands that look at no configuration refuse it */
export function refuseMissingFile(): void {
  if (named !== undefined && !existsSync(named))
    throw new InputError(`--config names ${named}, and there is no such file`);
}

/** The configuration file that the command line names. */
export const namedConfigFile = (): string | undefined => named;
