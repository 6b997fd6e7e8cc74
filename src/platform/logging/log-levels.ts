import { LOG_LEVELS, LOG_PARTS, type LogLevel, type LogPart } from '../../ports/log.js';
import { InputError, quoted } from '../input-error.js';

export type LevelsByPart = Readonly<Record<LogPart, LogLevel>>;

const ALLOWED =
  `allowed is ${LOG_LEVELS.join(', ')}, and after it parts that differ, as in info,trading=debug; ` +
  `the parts are ${LOG_PARTS.join(', ')}`;

export const everyPartAt = (level: LogLevel): LevelsByPart =>
  Object.fromEntries(LOG_PARTS.map((part) => [part, level])) as LevelsByPart;

/** Whether a log at this level shows a line of that one. */
export const isShown = (level: LogLevel, line: LogLevel): boolean =>
  LOG_LEVELS.indexOf(line) <= LOG_LEVELS.indexOf(level);

/**
 * Reads `info`, or `info,trading=debug,streaming=warn`; parts that are not named have the level without a name, or else `info`.
 *
 * @throws InputError that names everything that is wrong with it
 */
export function parseLogLevels(text: string): LevelsByPart {
  const problems: string[] = [];
  const named = new Map<LogPart | null, LogLevel>();
  for (const piece of text.split(',').map((given) => given.trim())) {
    const [left, right, ...more] = piece.split('=').map((given) => given.trim());
    const level = LOG_LEVELS.find((known) => known === (right ?? left));
    const part = right === undefined ? null : LOG_PARTS.find((known) => known === left);
    if (more.length > 0 || level === undefined || part === undefined) problems.push(quoted(piece));
    else if (named.has(part)) problems.push(`${quoted(piece)}, which is said twice,`);
    else named.set(part, level);
  }
  if (problems.length > 0) {
    const isAll = problems.length === 1 && problems[0] === quoted(text);
    throw new InputError(isAll ? ALLOWED : `${problems.join(' and ')} cannot be used; ${ALLOWED}`);
  }
  const usual = named.get(null) ?? 'info';
  return Object.fromEntries(LOG_PARTS.map((part) => [part, named.get(part) ?? usual])) as LevelsByPart;
}

/** How much each part says. It may be changed while lines are written, and is kept nowhere. */
export class LogLevels {
  private readonly levels: Map<LogPart, LogLevel>;
  /** The place of the part's level among all: what is asked for each line must cost next to nothing. */
  private readonly ranks: Map<LogPart, number>;

  constructor(levels: LevelsByPart) {
    this.levels = new Map(LOG_PARTS.map((part) => [part, levels[part]]));
    this.ranks = new Map(LOG_PARTS.map((part) => [part, LOG_LEVELS.indexOf(levels[part])]));
  }

  /** @param rank the place of a line's level in LOG_LEVELS */
  isOn(part: LogPart, rank: number): boolean {
    return rank <= (this.ranks.get(part) ?? 0);
  }

  all(): LevelsByPart {
    return Object.fromEntries(this.levels) as LevelsByPart;
  }

  set(part: LogPart, level: LogLevel): void {
    this.levels.set(part, level);
    this.ranks.set(part, LOG_LEVELS.indexOf(level));
  }
}
