import { codeOf } from '../platform/error-facts.js';
import type { Database } from './database.js';

/** New rows that make it worth while to look at the index again. */
const ROWS_MAX = 100_000;
const NOT_THE_OWNER = '42501';

/**
 * Takes new trades into the index on time, as the server does by itself only a minute or more later: until then, finding a
 * period looks through all of them. Most of it happens beside the storing. Whoever does not own the tables leaves it to the
 * server.
 */
export class TimeIndexUpkeep {
  private newRows = 0;
  private underWay: Promise<void> | undefined;

  constructor(private readonly db: Database) {}

  /** Told of rows that are stored. */
  added(rows: number): void {
    this.newRows += rows;
    if (this.newRows < ROWS_MAX || this.underWay !== undefined) return;
    this.newRows = 1; // something is left to do in the end, which tells of what fails here
    this.underWay = this.summarise()
      .catch(() => {})
      .finally(() => {
        this.underWay = undefined;
      });
  }

  /** Told once nothing more is stored. */
  async finish(): Promise<void> {
    await this.underWay;
    if (this.newRows > 0) await this.summarise();
  }

  /** Once nothing is under way, failed or not. */
  async settled(): Promise<void> {
    await this.underWay;
  }

  private async summarise(): Promise<void> {
    try {
      await this.db.pool.query(`SELECT brin_summarize_new_values('trade_events_by_time')`);
    } catch (error) {
      if (codeOf(error) !== NOT_THE_OWNER) throw error;
    }
  }
}
