import type { Log } from '../ports/log.js';

/** Kinds of odd frames that are told about; a stream that makes up ever new ones must not fill the log. */
const MOST_TOLD = 20;

/** What came over a connection, and what of it could not be read: counted, and told once for each kind. */
export class FrameCounts {
  frames = 0;
  trades = 0;
  malformed = 0;
  /** Of kinds that nobody here reads. */
  unknown = 0;
  /** Malformed ones since the last good one. */
  malformedInARow = 0;
  private readonly told = new Set<string>();

  /** @param name of the connection, for the log */
  constructor(
    private readonly name: string,
    private readonly log: Log,
  ) {}

  countTrade(): void {
    this.trades++;
    this.malformedInARow = 0;
  }

  countGood(): void {
    this.malformedInARow = 0;
  }

  countUnknown(event: string): void {
    this.unknown++;
    this.malformedInARow = 0;
    this.tell(`events such as ${JSON.stringify(event.slice(0, 40))} are not read`, {});
  }

  countMalformed(why: string, raw: string): void {
    this.malformed++;
    this.malformedInARow++;
    this.tell(`a frame cannot be read: ${why}`, { raw });
  }

  inspect(): Readonly<Record<string, number>> {
    const { frames, trades, malformed, unknown } = this;
    return { frames, trades, malformed, unknown };
  }

  private tell(text: string, fields: Readonly<Record<string, string>>): void {
    if (this.told.has(text) || this.told.size >= MOST_TOLD) return;
    this.told.add(text);
    this.log.warn(`${this.name}: ${text}; counted from now on`, fields);
  }
}
