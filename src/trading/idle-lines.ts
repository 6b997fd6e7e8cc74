import type { LogFields } from '../ports/log.js';
import type { SymbolOutlook } from './outlook.js';
import type { IdleKind } from './why-idle.js';

export interface IdleLine {
  readonly message: string;
  readonly fields: LogFields;
}

/** Lines for single symbols at one time; of more than so many only how many there are is told, by what they wait for. */
const MOST_SINGLE = 20;
const MOST_NAMED = 5;

const WAITS_FOR: Readonly<Record<IdleKind, string>> = {
  start: 'being started',
  parked: 'parked',
  exchange: 'waiting for the exchange to tell of an order',
  stream: 'no trades come',
  trade: 'waiting for a trade',
  price: 'orders rest on the book',
};

/** The lines for symbols on which nothing happens: one for all that wait for the same, and few enough to be read. */
export function idleLines(
  idle: readonly Pick<SymbolOutlook, 'symbol' | 'kind' | 'text'>[],
): readonly IdleLine[] {
  const byText = groups(idle, ({ text }) => text);
  const single = byText.filter(([, members]) => members.length === 1).flatMap(([, members]) => members);
  const shared = byText.filter(([, members]) => members.length > 1);
  const several = shared.map(([text, members]) => lineOf(members, text));
  if (single.length <= MOST_SINGLE) return [...several, ...single.map((one) => lineOf([one], one.text))];
  const summed = groups(single, ({ kind }) => kind).map(([, members]) => {
    const [first] = members;
    return members.length === 1 || first === undefined
      ? lineOf(members, first?.text ?? '')
      : lineOf(members, `${WAITS_FOR[first.kind]}; hedgehog why tells more`);
  });
  return [...several, ...summed];
}

function groups<T>(all: readonly T[], key: (one: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const members = found.get(key(one));
    if (members === undefined) found.set(key(one), [one]);
    else members.push(one);
  }
  return [...found];
}

function lineOf(members: readonly { readonly symbol: string }[], text: string): IdleLine {
  const [first] = members;
  if (members.length === 1 && first !== undefined)
    return { message: `${first.symbol}: ${text}`, fields: { symbol: first.symbol } };
  const named = members.slice(0, MOST_NAMED).map(({ symbol }) => symbol);
  const rest = members.length > MOST_NAMED ? ' …' : '';
  return { message: `${members.length} symbols: ${text}`, fields: { symbols: `${named.join(' ')}${rest}` } };
}
