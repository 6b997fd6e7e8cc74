import { InputError } from '../../platform/input-error.js';
import { csvRecords } from './csv-records.js';

/** One row of a CSV file: its fields, and the line it starts on, counted from 1. */
export interface CsvLine {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Ends the reading with a message that names file and line. */
export type Refuse = (line: number, problem: string) => never;

export const refuseIn =
  (file: string): Refuse =>
  (line, problem) => {
    throw new InputError(`${file}, line ${line}: ${problem}`);
  };

const BATCH_LINES = 500;

/**
 * The rows of a CSV text in batches of up to 500. A byte order mark and either line ending are fine, also mixed, and so are
 * blank lines at the end. Ending the iteration, early too, ends that of `bytes`.
 *
 * @throws InputError naming the line, when quotes are wrong or a blank line stands before other rows
 */
export async function* csvLines(
  bytes: AsyncGenerator<Buffer, void, void>,
  refuse: Refuse,
): AsyncGenerator<CsvLine[], void, void> {
  let line = 1;
  let blankLine: number | undefined;
  let batch: CsvLine[] = [];
  try {
    for await (const records of csvRecords(bytes, refuse)) {
      for (const fields of records) {
        if (fields.length === 1 && fields[0] === '') {
          blankLine ??= line;
        } else if (blankLine !== undefined) {
          refuse(blankLine, 'the line is blank; that is allowed only at the end');
        } else if (batch.push({ line, fields }) === BATCH_LINES) {
          yield batch;
          batch = [];
        }
        line += linesOf(fields);
      }
    }
    if (batch.length > 0) yield batch;
  } finally {
    await bytes.return();
  }
}

// A row has more than one line only when a quoted field holds a line break.
function linesOf(fields: readonly string[]): number {
  let lines = 1;
  for (const field of fields) if (field.includes('\n')) lines += field.split('\n').length - 1;
  return lines;
}
