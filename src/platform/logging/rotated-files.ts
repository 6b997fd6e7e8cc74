import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.js';

export interface RotatedFilesOptions {
  readonly folder: string;
  /** A file that would grow beyond this is followed by another one. */
  readonly maxBytes: number;
  /** Of the files that are there, the oldest are removed. */
  readonly maxFiles: number;
  readonly clock: Clock;
  /** Lines cannot be written from now on; told once, until they can be again. */
  readonly onTrouble: (error: unknown) => void;
  /** They can be written again, and so many are missing. */
  readonly onWell: (missing: number) => void;
}

interface Name {
  readonly day: string;
  readonly number: number;
}

const NAME = /^hedgehog-(\d{4}-\d\d-\d\d)\.(\d{3,})\.log$/;
const PRIVATE = 0o600;
const NEW_LINE = 10;

/**
 * Lines in files: a new one each day (UTC) and whenever one is full, and a bounded number of them.
 *
 * Each line is written before `write` returns. The file transports of winston write through streams instead, and open the next
 * file in a later turn: what was said last before the process exits or crashes would be missing, and it is what tells why.
 */
export class RotatedFiles {
  private file: { readonly name: Name; readonly descriptor: number; bytes: number; isTorn: boolean } | null =
    null;
  private missing = 0;

  constructor(private readonly options: RotatedFilesOptions) {}

  /** The same as `write`, and throws what keeps it from it: for the first line. */
  begin(text: string): void {
    this.append(Buffer.from(text));
  }

  /** @param text one line or several, with the line break at their end */
  write(text: string): void {
    const { onTrouble, onWell } = this.options;
    try {
      this.append(Buffer.from(text));
    } catch (error) {
      this.missing++;
      this.close();
      if (this.missing === 1) onTrouble(error);
      return;
    }
    if (this.missing === 0) return;
    const { missing } = this;
    this.missing = 0;
    onWell(missing);
  }

  close(): void {
    if (this.file === null) return;
    const { descriptor } = this.file;
    this.file = null;
    closeSync(descriptor);
  }

  private append(bytes: Buffer): void {
    const file = this.fileFor(bytes.length);
    // A line of which a full disk, or the machine's end, has left a part must not spoil the next one.
    const whole = file.isTorn ? Buffer.concat([Buffer.from('\n'), bytes]) : bytes;
    for (let written = 0; written < whole.length; ) written += writeSync(file.descriptor, whole, written);
    file.isTorn = false;
    file.bytes += whole.length;
  }

  private fileFor(bytes: number): NonNullable<typeof this.file> {
    const { folder, maxBytes, clock } = this.options;
    const day = new Date(clock.wallMs()).toISOString().slice(0, 10);
    if (this.file?.name.day === day && fits(this.file.bytes, bytes, maxBytes)) return this.file;
    this.close();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const last = this.names().findLast((name) => name.day === day)?.number ?? 0;
    const found = this.opened({ day, number: Math.max(1, last) });
    if (fits(found.bytes, bytes, maxBytes)) {
      this.file = found;
    } else {
      closeSync(found.descriptor);
      this.file = this.opened({ day, number: last + 1 });
    }
    this.removeOldest();
    return this.file;
  }

  private opened(name: Name): NonNullable<typeof this.file> {
    const path = join(this.options.folder, fileName(name));
    const descriptor = openSync(path, constants.O_CREAT | constants.O_APPEND | constants.O_RDWR, PRIVATE);
    const { size } = fstatSync(descriptor);
    return { name, descriptor, bytes: size, isTorn: size > 0 && lastByte(descriptor, size) !== NEW_LINE };
  }

  private removeOldest(): void {
    const { folder, maxFiles } = this.options;
    for (const name of this.names().slice(0, -maxFiles)) rmSync(join(folder, fileName(name)));
  }

  /** Of the files that are there, oldest first. */
  private names(): readonly Name[] {
    return readdirSync(this.options.folder)
      .flatMap((file): Name[] => {
        const [, day, number] = NAME.exec(file) ?? [];
        return day === undefined ? [] : [{ day, number: Number(number) }];
      })
      .toSorted((one, other) => one.day.localeCompare(other.day) || one.number - other.number);
  }
}

/** A line that is longer than a whole file gets one for itself. */
const fits = (has: number, more: number, most: number): boolean => has === 0 || has + more <= most;

const fileName = ({ day, number }: Name): string => `hedgehog-${day}.${String(number).padStart(3, '0')}.log`;

function lastByte(descriptor: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  readSync(descriptor, byte, 0, 1, size - 1);
  return byte[0];
}
