import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import { describeDatabaseError, isDataError } from '../database-errors.js';
import { backoffMs } from '../retry.js';
import type { Held } from './held.js';

/** What became of one batch. */
export interface BatchReport {
  readonly stored: number;
  /** There already, just so. */
  readonly duplicates: number;
  /** Different from what is there already, in words. They are not tried again: what was stored first stays. */
  readonly conflicts: readonly string[];
}

export interface BacklogOptions<Event> {
  /** For the log: `TRADE_EVENTS:XRPUSDT`. */
  readonly topic: string;
  readonly held: Held<Event>;
  /** Must be such that it can be done twice: a connection lost in the middle leaves open whether it was. */
  readonly store: (events: readonly Event[]) => Promise<BatchReport>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Told in the inspector, newest last. */
const REMEMBERED = 10;
const remember = (texts: string[], text: string): void => {
  texts.push(text);
  if (texts.length > REMEMBERED) texts.shift();
};

/**
 * What one subscriber has heard and not stored yet. It lives outside the actor, so that a subscriber's crash loses nothing of
 * it: the next incarnation goes on with it, and with a write that the crashed one had under way.
 */
export class Backlog<Event> {
  readonly counts = { stored: 0, duplicates: 0, conflicts: 0, setAside: 0 };

  private readonly conflicts: string[] = [];
  private readonly setAside: string[] = [];
  private inFlight: Promise<void> | null = null;
  private trouble: { readonly sinceMs: number; failures: number; lastError: string } | null = null;
  /** Falls while the database refuses values, until the one at fault stands alone. */
  private batchLimit = Number.POSITIVE_INFINITY;

  constructor(private readonly options: BacklogOptions<Event>) {}

  get size(): number {
    return this.options.held.size;
  }

  get pending(): boolean {
    return this.options.held.pending;
  }

  add(event: Event): void {
    this.options.held.add(event);
  }

  /** How long to wait before the next write, after failures in a row. */
  get waitMs(): number {
    return this.trouble === null ? 0 : backoffMs(this.trouble.failures);
  }

  resume(): void {
    this.options.held.resume();
  }

  leave(): void {
    this.options.held.leave();
  }

  /** Writes one batch. While a write is under way this is that one. Rejects with the database's error; nothing is lost then. */
  write(maxBatch: number): Promise<void> {
    this.inFlight ??= this.attempt(maxBatch).finally(() => {
      this.inFlight = null;
    });
    return this.inFlight;
  }

  private async attempt(maxBatch: number): Promise<void> {
    const { held, store } = this.options;
    const batch = held.head(Math.min(maxBatch, this.batchLimit));
    try {
      const report = await store(batch);
      held.release(batch);
      this.succeeded(report);
    } catch (error) {
      this.failed(error, batch);
      throw error;
    }
  }

  private succeeded({ stored, duplicates, conflicts }: BatchReport): void {
    const { topic, log } = this.options;
    if (this.trouble !== null) log.info(`${topic}: storing again`, { topic, held: this.size });
    this.trouble = null;
    this.batchLimit *= 2;
    this.counts.stored += stored;
    this.counts.duplicates += duplicates;
    this.counts.conflicts += conflicts.length;
    for (const conflict of conflicts) {
      log.error(`${topic}: ${conflict}`, { topic });
      remember(this.conflicts, conflict);
    }
  }

  private failed(error: unknown, batch: readonly Event[]): void {
    const { topic, log, clock } = this.options;
    const lastError = describeDatabaseError(error);
    if (this.trouble === null)
      log.warn(`${topic}: cannot store; holding what comes`, { topic, reason: lastError });
    this.trouble = {
      sinceMs: this.trouble?.sinceMs ?? clock.wallMs(),
      failures: (this.trouble?.failures ?? 0) + 1,
      lastError,
    };
    const [event] = batch;
    if (!isDataError(error) || event === undefined) return;
    // Tried again and again it would hold up all that came after it.
    if (batch.length > 1) this.batchLimit = Math.ceil(batch.length / 2);
    else this.setEventAside(event, lastError);
  }

  private setEventAside(event: Event, reason: string): void {
    const { topic, log, held } = this.options;
    const text = `${held.setAside(event)}: ${reason}`;
    this.counts.setAside++;
    this.batchLimit = Number.POSITIVE_INFINITY;
    remember(this.setAside, text);
    log.error(`${topic}: the database refuses ${text}`, { topic });
  }

  /** Says exactly what was not stored, when nobody may be left to store it. */
  lastWords(): void {
    const { topic, log, held } = this.options;
    if (!held.pending) return;
    log.error(`${topic}: ended with ${held.size} events not stored: ${held.describe()}`, { topic });
  }

  inspect(): Readonly<Record<string, unknown>> {
    const { held } = this.options;
    return {
      held: held.size,
      ...this.counts,
      ...held.inspect(),
      ...(this.trouble === null
        ? {}
        : { awaySince: new Date(this.trouble.sinceMs).toISOString(), lastError: this.trouble.lastError }),
      ...(this.conflicts.length === 0 ? {} : { lastConflicts: [...this.conflicts] }),
      ...(this.setAside.length === 0 ? {} : { lastSetAside: [...this.setAside] }),
    };
  }
}
