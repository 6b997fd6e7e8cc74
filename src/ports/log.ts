/** Plain values that make a line searchable: `symbol`, `traderId`, `clientOrderId`. Never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** One that tells the parts of the engine apart. */
export interface PartedLog extends Log {
  /** The same log for one part, whose level is its own. */
  part(part: LogPart): Log;
}

/** From the fewest lines to the most; each level holds those before it. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Who a line is from. `actors`: crashes, and supervisors that give up; `app`: the process itself. */
export const LOG_PARTS = [
  ...['app', 'actors', 'trading', 'streaming', 'storing', 'indicators'],
  ...['exchange', 'database', 'control'],
] as const;
export type LogPart = (typeof LOG_PARTS)[number];
