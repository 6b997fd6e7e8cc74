import { createInterface } from 'node:readline/promises';
import { InputError } from '../../platform/input-error.js';
import { shownTarget, type Target } from '../../warehouse/connection.js';
import type { DbOptions } from './db-command.js';

/**
 * Refuses to remove everything from the production database unless the command says twice that it is meant.
 *
 * @param command `db reset`
 */
export function refuseProduction(command: string, { stage }: Target, { yes, environment }: DbOptions): void {
  if (stage !== 'production' || (yes && environment === 'production')) return;
  throw new InputError(
    `${command} removes everything from the production database; it takes both --yes and --environment production`,
  );
}

/**
 * Asks whether everything may be removed from a database.
 *
 * @throws InputError without a terminal to ask on
 */
export async function isConfirmed(command: string, target: Target): Promise<boolean> {
  const which = shownTarget(target);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new InputError(
      `${command} removes everything from ${which}; without a terminal to ask on it takes --yes`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`Remove everything from ${which}? Type yes: `);
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}
