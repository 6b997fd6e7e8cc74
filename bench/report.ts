import { cpus, platform, totalmem } from 'node:os';
import Table from 'cli-table3';
import { type Spread, spreadOf } from './measure.js';

/** What a ratio should be. Missing it is shown and no error: on a shared machine a run may just be unlucky. */
export interface Target {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One measured number. */
export interface Figure extends Spread {
  readonly benchmark: string;
  /** What was measured on: a tape with settings, a size. Empty when there is one only. */
  readonly on: string;
  readonly name: string;
  /** `events/s`, `MB`; `ratio` for one number of the same run divided by another. */
  readonly unit: string;
  readonly target?: Target;
}

export function figure(
  benchmark: string,
  on: string,
  name: string,
  unit: string,
  samples: readonly number[],
  target?: Target,
): Figure {
  return { benchmark, on, name, unit, ...spreadOf(samples), ...(target === undefined ? {} : { target }) };
}

export const isMet = ({ median, target }: Figure): boolean =>
  median >= (target?.atLeast ?? -Infinity) && median <= (target?.atMost ?? Infinity);

function verdict(of: Figure): string {
  if (of.target === undefined) return '';
  const { atLeast, atMost } = of.target;
  const bound = atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`;
  return `${bound} ${isMet(of) ? 'met' : 'MISSED'}`;
}

const readable = (value: number, unit: string): string =>
  unit === 'ratio' ? value.toFixed(2) : value.toLocaleString('en', { maximumSignificantDigits: 4 });

/** The figures as text, a row each. */
export function tableOf(figures: readonly Figure[]): string {
  const table = new Table({
    head: ['benchmark', 'on', 'what', 'median', 'min', 'max', 'unit', 'n', 'target'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const of of figures) {
    const { benchmark, on, name, unit, median, min, max, n } = of;
    const numbers = [median, min, max].map((value) => readable(value, unit));
    table.push([benchmark, on, name, ...numbers, unit, n, verdict(of)]);
  }
  return table.toString();
}

/** The figures and the machine they are from, for programs. */
export function jsonOf(figures: readonly Figure[], isQuick: boolean): string {
  const machine = {
    node: process.version,
    v8: process.versions.v8,
    platform: `${platform()} ${process.arch}`,
    cpus: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? null,
    memoryMb: Math.round(totalmem() / 2 ** 20),
  };
  return JSON.stringify({ machine, quick: isQuick, figures });
}
