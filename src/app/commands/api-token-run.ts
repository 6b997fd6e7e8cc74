import { existsSync, readFileSync } from 'node:fs';
import { controlPlaces } from '../../control/control-places.js';
import { codeOf } from '../../platform/error-facts.js';
import { InputError } from '../../platform/input-error.js';
import { configured } from './configured.js';
import { say } from './say.js';

export interface ApiTokenOptions {
  readonly readOnly?: true;
  readonly show?: true;
  readonly json?: true;
}

/** Nothing is asked for this, so it works whether a Hedgehog runs or not. */
export function apiToken({ readOnly, show, json }: ApiTokenOptions): void {
  const { readToken, fullToken } = controlPlaces(configured());
  const file = readOnly ? readToken : fullToken;
  const shown = show ? tokenIn(file) : existing(file);
  const access = readOnly ? 'read' : 'full';
  say(json ? JSON.stringify({ access, file, ...(show ? { token: shown } : {}) }) : shown);
}

function existing(file: string): string {
  if (existsSync(file)) return file;
  throw new InputError(`there is no token in ${file} yet: hedgehog start makes it`);
}

function tokenIn(file: string): string {
  try {
    return readFileSync(existing(file), 'utf8').trim();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${file} cannot be read (${codeOf(error)}); run this as the user that Hedgehog runs as`,
    );
  }
}
