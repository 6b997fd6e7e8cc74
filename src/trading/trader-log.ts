import type { Log, LogFields } from '../ports/log.js';
import type { CycleEvent } from '../strategy/decide.js';
import { closedLine, orderLine } from './cycle-log.js';
import { describePosition } from './describe-position.js';
import type { TraderState } from './trader-protocol.js';

/** The lines of a Trader: each says which symbol and which trader it is about. */

type Of = Pick<TraderState, 'deps' | 'cycle' | 'position' | 'terms'>;

/** A cycle is taken up. */
export function logBegin(state: Of): void {
  const { position, cycle } = state;
  if (position.phase === 'flat')
    log(state, 'debug', cycle.epoch === 1 ? 'cycle begins' : 'cycle goes on, flat');
  else log(state, 'info', 'cycle goes on', describePosition(position));
}

/** Before the position takes the event in. */
export function logOrder(state: Of, event: CycleEvent): void {
  if (event.kind === 'trade-event') return;
  const line = orderLine(state.position, event, state.terms.info.baseAsset);
  if (line !== null) log(state, line.level, line.message, line.fields);
}

/** After it has. */
export function logClosed(state: Of): void {
  const { position, cycle, terms } = state;
  if (position.phase !== 'closed') return;
  const { level, message, fields } = closedLine(position, cycle.settings, terms.info.quoteAsset);
  log(state, level, message, fields);
}

export function log(
  state: Pick<Of, 'deps' | 'cycle'>,
  level: keyof Log,
  message: string,
  fields: LogFields = {},
): void {
  state.deps.log[level](message, { symbol: state.cycle.symbol, traderId: state.cycle.id, ...fields });
}
