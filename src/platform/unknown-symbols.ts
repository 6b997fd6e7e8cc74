import { InputError, quoted } from './input-error.js';
import { nearest } from './nearest.js';
import { shownNames } from './shown-names.js';

/** Somebody named symbols that the database does not know. */
export class UnknownSymbols extends InputError {}

export function unknownSymbols(unknown: readonly string[], known: Iterable<string>): UnknownSymbols {
  const names = [...known];
  return new UnknownSymbols(
    describeUnknown(unknown, names, names.length === 0 ? ': hedgehog db seed takes some in' : ''),
  );
}

/** `"xrpusdt" is unknown; did you mean XRPUSDT? Allowed is ADAUSDT, XRPUSDT`, and more about those that there are. */
export function describeUnknown(unknown: readonly string[], known: Iterable<string>, more = ''): string {
  const all = [...known];
  const verb = unknown.length === 1 ? 'is' : 'are';
  const likely = unknown.map((symbol) => nearest(symbol, all)).filter((symbol) => symbol !== undefined);
  const hint = likely.length === 0 ? 'allowed' : `did you mean ${likely.join(', ')}? Allowed`;
  const names = unknown.map(quoted).join(', ');
  return `${names} ${verb} unknown; ${hint} is ${shownNames(all) || 'no symbol'}${more}`;
}
