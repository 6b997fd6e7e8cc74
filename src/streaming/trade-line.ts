import { describeRanges, type IdRange } from '../domain/id-range.js';
import type { TradeEvent } from '../domain/trade-event.js';
import type { GapCounts } from './stream-figures.js';
import { type Offered, TradeSequence } from './trade-sequence.js';

/** What the exchange is to be asked for. `probe`: whether more was traded than is worth catching up with. */
export interface Question {
  readonly purpose: 'probe' | 'gap' | 'check';
  readonly fromId: number;
  /** 1 to 1,000 */
  readonly limit: number;
}

/** Why the next question has to wait, and how often in a row it had to. */
export interface Trouble {
  /** `not-served`: the exchange does not serve yet what it has streamed. */
  readonly kind: 'not-served' | 'failed' | 'rate-limited';
  readonly times: number;
  /** In words; null for `not-served`. */
  readonly reason: string | null;
}

/** Ids to be written down. */
export interface Note {
  readonly kind: 'absent' | 'missing';
  readonly range: IdRange;
}

/** The most that the exchange puts into one answer. */
const LARGEST_PAGE = 1_000;

/** How a check stands: what came while nobody listened has to be asked for, unless a trade comes that tells of it. */
type Check = 'none' | 'expected' | 'due';

/**
 * One symbol's trades between the exchange and those who listen: knows what may be published, what is missing and what to
 * ask for next. It outlives the Streamer, so that the next one goes on where it was. No clock, no network.
 *
 * `starting`: it is not known yet after which trade to go on. `resuming`: nothing has come since; when too much was traded
 * meanwhile, that is given up. `streaming`: every id is published, however long it takes.
 */
export class TradeLine {
  readonly sequence: TradeSequence;
  phase: 'starting' | 'resuming' | 'streaming' = 'starting';
  trouble: Trouble | null = null;
  private check: Check = 'none';
  /** The probe found too much. The first trade that is streamed will tell how much. */
  private tooFar = false;
  private readonly notes: Note[] = [];
  private hasGap = false;
  private gapsFound = 0;
  private gapsFilled = 0;
  private missing = 0;

  /**
   * @param maxWaiting most trades that wait in memory for a gap to be closed
   * @param maxResume most ids to catch up with after a stop
   */
  constructor(
    maxWaiting: number,
    private readonly maxResume: number,
  ) {
    this.sequence = new TradeSequence(maxWaiting);
  }

  /** Everything is published and nothing is known to be missing. */
  get isLive(): boolean {
    return this.phase === 'streaming' && this.sequence.gap === null && this.check === 'none';
  }

  /** @param last the id of the last trade published before the process started; null when there is none */
  begin(last: number | null): void {
    if (this.phase !== 'starting') return;
    this.phase = last === null ? 'streaming' : 'resuming';
    this.sequence.begin(last);
    if (last !== null) this.judgeGap();
    this.noteGap();
  }

  offer(trade: TradeEvent): Offered {
    const offered = this.sequence.offer(trade);
    if (offered === 'duplicate' || this.phase === 'starting') return offered;
    // It tells of everything before it: either nothing is missing or there is a gap now.
    this.check = 'none';
    this.judgeGap();
    this.noteGap();
    if (this.isLive) this.trouble = null;
    return offered;
  }

  /** Trades may have been missed. Unless one comes before `checkIsDue`, the exchange is asked. */
  expectCheck(): void {
    if (this.check === 'none') this.check = 'expected';
  }

  checkIsDue(): void {
    if (this.check === 'expected') this.check = 'due';
  }

  /** Nobody listens from now on; whoever begins again is as if the process had started. */
  leave(): void {
    this.sequence.forgetWaiting();
    this.hasGap = false;
    this.trouble = null;
    this.check = 'none';
    this.tooFar = false;
    if (this.phase === 'streaming' && this.sequence.lastId !== null) this.phase = 'resuming';
  }

  /** What to ask now; null when nothing has to be asked. */
  question(): Question | null {
    const { lastId, gap } = this.sequence;
    if (this.phase === 'starting' || lastId === null) return null;
    // One more than is missing: an answer that long goes past the gap, whatever of it exists.
    if (gap !== null)
      return { purpose: 'gap', fromId: gap.from, limit: Math.min(LARGEST_PAGE, gap.to - gap.from + 2) };
    if (this.check !== 'due' || this.tooFar) return null;
    if (this.phase === 'resuming') return { purpose: 'probe', fromId: lastId + 1 + this.maxResume, limit: 1 };
    return { purpose: 'check', fromId: lastId + 1, limit: LARGEST_PAGE };
  }

  /** Takes what the exchange answered. */
  answer(question: Question, trades: readonly TradeEvent[]): void {
    if (!isAscending(trades, question.fromId)) {
      this.failed('the trades are not in order');
      return;
    }
    if (question.purpose === 'probe') this.judgeProbe(trades.length > 0);
    else this.takePage(question, trades);
  }

  failed(reason: string): void {
    this.isInTrouble('failed', reason);
  }

  rateLimited(): void {
    this.isInTrouble('rate-limited', 'the exchange allows no more requests');
  }

  /** What is to be written down: all of the kind that comes first. */
  unrecorded(): readonly Note[] {
    const kind = this.notes[0]?.kind;
    return this.notes.filter((note) => note.kind === kind);
  }

  recorded(notes: readonly Note[]): void {
    for (const note of notes) this.notes.splice(this.notes.indexOf(note), 1);
  }

  get counts(): GapCounts {
    const { gapsFound, gapsFilled, missing } = this;
    const { fetched, absent } = this.sequence;
    return { gapsFound, gapsFilled, fetched, absent, missing };
  }

  inspect(): Readonly<Record<string, unknown>> {
    const { lastId, gap, waitingCount, droppedCount, duplicates, absent } = this.sequence;
    return {
      phase: this.phase,
      lastId,
      ...(gap === null ? {} : { gap: describeRanges([gap]) }),
      waiting: waitingCount,
      ...(droppedCount === 0 ? {} : { dropped: droppedCount }),
      ...(this.check === 'none' ? {} : { check: this.check }),
      ...(this.trouble === null ? {} : { trouble: this.trouble }),
      ...(this.notes.length === 0 ? {} : { unrecorded: this.notes.length }),
      duplicates,
      absent,
    };
  }

  private judgeGap(): void {
    if (this.phase !== 'resuming') return;
    const { gap } = this.sequence;
    if (gap !== null && gap.to - gap.from + 1 > this.maxResume) {
      this.sequence.skipGap();
      this.missing += gap.to - gap.from + 1;
      this.notes.push({ kind: 'missing', range: gap });
    }
    // While nothing waits, nothing is known of what was traded, unless the trade was the very next one.
    else if (gap === null && this.sequence.ready.length === 0) return;
    this.isStreaming();
  }

  private judgeProbe(isTooMuch: boolean): void {
    this.trouble = null;
    if (this.phase !== 'resuming') return;
    if (isTooMuch) this.tooFar = true;
    else this.isStreaming();
  }

  private isStreaming(): void {
    this.phase = 'streaming';
    this.tooFar = false;
  }

  private takePage({ purpose, limit }: Question, trades: readonly TradeEvent[]): void {
    const before = this.sequence.lastId;
    for (const range of this.sequence.takeFetched(trades)) this.notes.push({ kind: 'absent', range });
    this.noteGap();
    const isAll = trades.length < limit;
    if (purpose === 'check' && isAll && this.check === 'due') this.check = 'none';
    if (this.sequence.gap === null || !isAll) {
      this.trouble = null;
      return;
    }
    if (this.sequence.lastId !== before) this.trouble = null;
    this.isInTrouble('not-served', null);
  }

  /** From the first trade that has to wait to the last one, however many ids are missing in between, it is one gap. */
  private noteGap(): void {
    const isGap = this.sequence.waitingCount > 0 && this.sequence.gap !== null;
    if (isGap === this.hasGap) return;
    this.hasGap = isGap;
    if (isGap) this.gapsFound++;
    else this.gapsFilled++;
  }

  private isInTrouble(kind: Trouble['kind'], reason: string | null): void {
    const times = this.trouble?.kind === kind ? this.trouble.times + 1 : 1;
    this.trouble = { kind, times, reason };
  }
}

function isAscending(trades: readonly TradeEvent[], fromId: number): boolean {
  let least = fromId;
  for (const { tradeId } of trades) {
    if (tradeId < least) return false;
    least = tradeId + 1;
  }
  return true;
}
