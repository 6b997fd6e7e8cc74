import { InputError, quoted } from '../platform/input-error.js';
import { nearest } from '../platform/nearest.js';
import { shownNames } from '../platform/shown-names.js';

/** Somebody named symbols that the database does not know. */
export class UnknownSymbols extends InputError {}

export function unknownSymbols(unknown: readonly string[], known: Iterable<string>): UnknownSymbols {
  const names = unknown.map(quoted).join(', ');
  const verb = unknown.length === 1 ? 'is' : 'are';
  const all = [...known];
  const allowed = `allowed is ${shownNames(all) || 'no symbol: hedgehog db seed takes some in'}`;
  const likely = unknown.map((symbol) => nearest(symbol, all)).filter((symbol) => symbol !== undefined);
  const hint = likely.length === 0 ? allowed : `did you mean ${likely.join(', ')}? A${allowed.slice(1)}`;
  return new UnknownSymbols(`${names} ${verb} unknown; ${hint}`);
}
