import { InputError } from '../../platform/input-error.js';
import type { Environment } from '../../warehouse/connection.js';
import { readConfigFile } from '../configuration/config-file.js';
import { type Configuration, type Flag, inUsersWords, merged } from '../configuration/configuration.js';
import { namedConfigFile } from '../configuration/named-file.js';

let last: Configuration | undefined;

/** What the command was told beside its arguments: by flags, the environment and the configuration file. */
export function configuration(flags: readonly Flag[] = []): Configuration {
  last = merged(process.env, readConfigFile(namedConfigFile()), flags);
  return last;
}

/**
 * The same as an environment, for whoever reads variables.
 *
 * @throws InputError with everything that is wrong with the file, and every variable that is unknown
 */
export function configured(flags: readonly Flag[] = []): Environment {
  const { environment, problems } = configuration(flags);
  if (problems.length > 0) throw unusable(problems);
  return environment;
}

export const unusable = (problems: readonly string[]): InputError =>
  new InputError(`the configuration cannot be used:\n  ${problems.join('\n  ')}`);

/** `--exchange`, in place of what is said elsewhere. */
export const exchangeFlag = (value: string | undefined): Flag => ({
  flag: '--exchange',
  variable: 'HEDGEHOG_EXCHANGE',
  value,
});

/** A message of a mistake, in which what was set by a flag or in the file is named so, and not by its variable. */
export const asTheUserSaid = (message: string): string => inUsersWords(message, last?.settings ?? []);
