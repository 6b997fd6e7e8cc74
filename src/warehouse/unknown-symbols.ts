import { InputError, quoted } from '../platform/input-error.js';
import { shownNames } from '../platform/shown-names.js';

/** Somebody named symbols that the database does not know. */
export class UnknownSymbols extends InputError {}

export function unknownSymbols(unknown: readonly string[], known: Iterable<string>): UnknownSymbols {
  const names = unknown.map(quoted).join(', ');
  const verb = unknown.length === 1 ? 'is' : 'are';
  return new UnknownSymbols(
    `${names} ${verb} unknown; allowed is ${shownNames(known) || 'no symbol: hedgehog db seed takes some in'}`,
  );
}
