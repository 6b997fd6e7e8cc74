import { inspect } from 'node:util';
import type { ActorSnapshot } from './inspector.js';

const HEAD = ['ACTOR', 'MAILBOX', 'HANDLED', 'RESTARTS', 'UP', 'STATE'] as const;
/** From here on numbers, which end at the same column; the state is as long as it is. */
const FIRST_NUMBER = 1;
const STATE = HEAD.length - 1;

/** The tree as text: a line of column names, and one for each actor. An actor that is handling a message is `busy`. */
export function formatTree(roots: readonly ActorSnapshot[]): string {
  const rows: string[][] = [[...HEAD]];
  const visit = (actor: ActorSnapshot, lead: string, below: string): void => {
    rows.push([`${lead}${titleOf(actor)}`, ...figuresOf(actor), stateText(actor)]);
    for (const [index, child] of actor.children.entries()) {
      const isLast = index === actor.children.length - 1;
      visit(child, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`);
    }
  };
  for (const root of roots) visit(root, '', '');
  return aligned(rows);
}

const titleOf = ({ kind, name, running }: ActorSnapshot): string =>
  `${name === kind || name.startsWith(`${kind} `) ? name : `${kind} ${name}`}${running ? ' (busy)' : ''}`;

const figuresOf = ({ mailbox, handled, restarts, uptimeMs }: ActorSnapshot): string[] => [
  mailbox.toLocaleString('en-US'),
  handled.toLocaleString('en-US'),
  restarts.toLocaleString('en-US'),
  formatDuration(uptimeMs),
];

/** Its last crash comes first: the state may be longer than the line. */
function stateText({ lastCrash, state }: ActorSnapshot): string {
  const crash =
    lastCrash === null ? '' : `crashed ${new Date(lastCrash.wallMs).toISOString()}: ${lastCrash.reason}; `;
  return `${crash}${state === undefined ? '' : formatState(state)}`.replaceAll('\n', ' ').trimEnd();
}

/** `phase: selling, sell: 0.4312, topics: {"a":1}` */
function formatState(state: unknown): string {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return plain(state);
  return Object.entries(state)
    .map(([key, value]) => `${key}: ${plain(value)}`)
    .join(', ');
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? inspect(value);
  } catch {
    // JSON knows no bigint and no circles.
    return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
  }
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const cell = (text: string, column: number): string => {
    if (column === STATE) return text;
    const width = widths[column] ?? 0;
    return column < FIRST_NUMBER ? text.padEnd(width) : text.padStart(width);
  };
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}

/** `350ms`, `12.0s`, `3m5s`, `2h7m` */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)}s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m${Math.floor((ms % 60_000) / 1_000)}s`;
  return `${Math.floor(ms / 3_600_000)}h${Math.floor((ms % 3_600_000) / 60_000)}m`;
}
