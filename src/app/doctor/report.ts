import type { Examined } from './examine.js';

const MARKS: Readonly<Record<Examined['status'], string>> = {
  ok: 'ok',
  warning: 'warning',
  problem: 'PROBLEM',
  'not-checked': '-',
};
const MARK_WIDTH = 8;
const NAME_WIDTH = 26;

/** `warning  disk space    412 MB free; free some`. */
export function examinedLine({ name, status, found, remedy }: Examined): string {
  const said = status === 'not-checked' ? `not checked: ${found}` : found;
  return `${MARKS[status].padEnd(MARK_WIDTH)} ${name.padEnd(NAME_WIDTH)}${said}${remedy === null ? '' : ` -> ${remedy}`}`;
}

export function summaryLine(examined: readonly Examined[]): string {
  const count = (status: Examined['status']): number =>
    examined.filter((one) => one.status === status).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems + warnings === 0) return 'nothing is wrong';
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`;
}

const counted = (count: number, what: string): string =>
  `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`;
