import type { TradeEvent } from '../../domain/trade-event.js';
import type { Refuse } from './csv-lines.js';

/** An event of a tape, and the line it came from. */
export interface TapeRow {
  readonly line: number;
  readonly event: TradeEvent;
}

/** What the order of rows goes by. */
export interface Told {
  readonly line: number;
  readonly event: Pick<TradeEvent, 'tradeId' | 'tradeTime'>;
}

const HINT =
  'rows must come by trade_time, then trade_id (--sort sorts them, and holds the whole tape in memory for that)';

/**
 * Checks rows one after another: trade times must not go down, and trade ids must go up. Refuses the first row that breaks this.
 *
 * @param last the row before the first of them
 */
export function orderCheck(refuse: Refuse, last?: Told): (row: TapeRow) => void {
  return (row) => {
    if (last !== undefined) {
      const { line, event } = row;
      const { tradeId, tradeTime } = last.event;
      if (event.tradeId === tradeId) refuseDouble(last, row, refuse);
      if (event.tradeTime < tradeTime) {
        refuse(line, `trade_time ${event.tradeTime} comes after ${tradeTime} in line ${last.line}; ${HINT}`);
      }
      if (event.tradeId < tradeId) {
        refuse(line, `trade_id ${event.tradeId} comes after ${tradeId} in line ${last.line}; ${HINT}`);
      }
    }
    last = row;
  };
}

/** The events by trade time, then by trade id. Refuses an id that stands there twice. */
export function sorted(rows: readonly TapeRow[], refuse: Refuse): TradeEvent[] {
  const byId = rows.toSorted((a, b) => a.event.tradeId - b.event.tradeId || a.line - b.line);
  for (const [index, row] of byId.entries()) {
    const last = byId[index - 1];
    if (last?.event.tradeId === row.event.tradeId) refuseDouble(last, row, refuse);
  }
  // Sorting is stable, so rows of one time stay in the order of their ids.
  return byId.map(({ event }) => event).toSorted((a, b) => a.tradeTime - b.tradeTime);
}

function refuseDouble(first: Told, second: Told, refuse: Refuse): never {
  return refuse(
    second.line,
    `trade_id ${second.event.tradeId} stands in line ${first.line} already; allowed is once`,
  );
}
