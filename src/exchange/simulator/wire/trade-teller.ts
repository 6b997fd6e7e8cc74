import type { TradeEvent } from '../../../domain/trade-event.js';
import {
  type Address,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  subscribeTo,
} from '../../../otp/index.js';
import { tradeEvents } from '../../../ports/topics.js';
import type { ArmedFaults } from '../faults/armed-faults.js';
import type { MemoryTradeLog } from '../memory-trade-log.js';
import type { FanOut } from './fan-out.js';
import { spoiled } from './spoiled.js';

/** TradeTeller: takes every public trade to the trade log, which REST serves from, and then to the streams. */
export interface TradeTellerArg {
  readonly symbols: readonly string[];
  readonly pubsub: Address<PubSubProtocol>;
  readonly tradeLog: Pick<MemoryTradeLog, 'take'>;
  readonly fanOut: FanOut;
  readonly faults: ArmedFaults;
}

/** A run of trades that are kept from the streams. */
interface Withheld {
  readonly left: number;
  readonly rest: 'served' | 'absent';
}

interface TradeTellerState extends Omit<TradeTellerArg, 'symbols' | 'pubsub'> {
  readonly withheld: Map<string, Withheld>;
  told: number;
}

export interface TradeTellerProtocol extends Protocol {
  readonly arg: TradeTellerArg;
  readonly state: TradeTellerState;
  /** Answers once everything that came before has been told. */
  readonly calls: { settled(nothing: null): null };
  readonly info: TradeEvent;
}

function tell(state: TradeTellerState, event: TradeEvent): void {
  const { symbol } = event;
  const withheld = withheldNow(state, symbol);
  if (withheld?.rest !== 'absent') state.tradeLog.take(event);
  if (withheld !== null) return;
  const isSpoiled = state.faults.occasion('malformed-trade', { symbol }) !== null;
  state.fanOut.tell(event, isSpoiled ? spoiled : undefined);
  state.told++;
}

function withheldNow({ withheld, faults }: TradeTellerState, symbol: string): Withheld | null {
  const run = withheld.get(symbol) ?? begun(faults, symbol);
  if (run === null) return null;
  if (run.left > 1) withheld.set(symbol, { ...run, left: run.left - 1 });
  else withheld.delete(symbol);
  return run;
}

function begun(faults: ArmedFaults, symbol: string): Withheld | null {
  const fault = faults.occasion('withhold-trades', { symbol });
  return fault && { left: fault.length, rest: fault.rest };
}

export const TradeTeller: GenServer<TradeTellerProtocol> = {
  kind: 'TradeTeller',
  init({ symbols, pubsub, ...state }, self) {
    for (const symbol of symbols) subscribeTo(self, pubsub, tradeEvents(symbol), self);
    return { state: { ...state, withheld: new Map(), told: 0 } };
  },
  calls: { settled: (state) => ({ state, reply: null }) },
  info(state, message) {
    if (message.kind === 'trade-event') tell(state, message);
    return { state };
  },
  inspect: ({ told }) => ({ told }),
};
