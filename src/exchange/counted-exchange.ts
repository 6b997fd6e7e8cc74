import type { Exchange } from '../ports/exchange.js';

/** What became of the orders that were to be placed. */
export class PlacementCounts {
  readonly byOutcome = new Map<string, number>();
  /** By the exchange's error code. */
  readonly rejections = new Map<number, number>();

  note(outcome: string, code: number | null): void {
    this.byOutcome.set(outcome, (this.byOutcome.get(outcome) ?? 0) + 1);
    if (code !== null) this.rejections.set(code, (this.rejections.get(code) ?? 0) + 1);
  }
}

/** The same exchange; what becomes of placements is counted. */
export const countedExchange = (exchange: Exchange, counts: PlacementCounts): Exchange => ({
  ...exchange,
  async placeOrder(request) {
    try {
      const outcome = await exchange.placeOrder(request);
      counts.note(outcome.kind, outcome.kind === 'rejected' ? outcome.code : null);
      return outcome;
    } catch (error) {
      // It may have been carried out.
      counts.note('outcome-unknown', null);
      throw error;
    }
  },
});
