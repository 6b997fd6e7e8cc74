import { inspect, types } from 'node:util';
import Table from 'cli-table3';

export interface Screen {
  /** A terminal shows tables and colours; whatever else reads gets JSON. */
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly colors: boolean;
}

/** Deep enough for a service's symbols and an actor's state. */
const DEPTH = 6;

/** A value as the console prints it. Text is printed as it is, unless it could be taken for something else. */
export function shown(value: unknown, { isTerminal, columns, colors }: Screen): string {
  const asValue = (): string =>
    inspect(value, { depth: DEPTH, colors, breakLength: columns, maxArrayLength: 1_000 });
  if (typeof value === 'string') return isTerminal && !value.includes('\n') ? asValue() : value;
  if (!isTerminal) return (types.isMap(value) || types.isSet(value) ? undefined : jsonOf(value)) ?? asValue();
  return (isList(value) ? tableOf(value, columns) : null) ?? asValue();
}

/** What was thrown, in a line or two: who types into a console has no use for a stack. */
export function shownError(error: unknown): string {
  if (!types.isNativeError(error)) return `thrown: ${inspect(error)}`;
  // What Hedgehog says is said in whole sentences; what the language says needs its kind beside it.
  const isOurs = error.name === 'InputError' || error.name === 'MachineError';
  return isOurs ? error.message : `${error.name}: ${error.message}`;
}

type Row = Readonly<Record<string, unknown>>;

const isList = (value: unknown): value is readonly Row[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row));

/** Null when it would not fit. */
function tableOf(rows: readonly Row[], columns: number): string | null {
  const head = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push(head.map((key) => cell(row[key])));
  const drawn = table.toString();
  return drawn.split('\n').every((line) => line.length <= columns) ? drawn : null;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string'
    ? value
    : inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
