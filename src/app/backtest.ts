import {
  type OrderRecorderProtocol,
  orderRecorderSpec,
  type RecordedOrder,
  recordedOrders,
} from '../backtest/order-recorder.js';
import { Cursor, replay } from '../backtest/replay.js';
import { SteppedPacing } from '../backtest/stepped-pacing.js';
import { Tally } from '../backtest/tally.js';
import type { Settings } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';
import { type ActorSnapshot, inspectTree, type Scheduler } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { CycleStore } from '../ports/cycle-store.js';
import type { Log } from '../ports/log.js';
import { compose, type Outside } from './compose.js';

export interface BacktestRequest {
  readonly tape: AsyncIterable<readonly TradeEvent[]>;
  readonly symbol: string;
  readonly settings: Settings;
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  readonly clock: Clock;
  readonly log: Log;
  readonly scheduler?: Scheduler;
  /** Where cycles are kept; default in memory. */
  readonly cycles?: CycleStore;
  /** For tests that make things fail. */
  readonly faults?: Pick<Outside, 'wrapExchange' | 'intensity'>;
}

export interface BacktestResult {
  readonly symbol: string;
  readonly events: number;
  readonly orders: readonly RecordedOrder[];
  readonly tally: Tally;
  readonly elapsedMs: number;
  /** The tree as it stood at the end of the tape. */
  readonly tree: readonly ActorSnapshot[];
  /** Actors that crashed on the way. */
  readonly crashes: number;
}

// Far more than a trader that was started again looks up, and few enough that memory does not grow with the tape.
const FINAL_ORDERS_KEPT = 1_000;

/**
 * Trades a tape with the very actors that trade live, on a mock exchange, settled event by event.
 *
 * @throws what reading the tape throws; Error when trading of the symbol was given up on the way
 */
export async function runBacktest(request: BacktestRequest): Promise<BacktestResult> {
  const { symbol, settings, clock, log } = request;
  const pacing = new SteppedPacing();
  const cursor = new Cursor();
  const tally = new Tally();
  let crashes = 0;
  const engine = compose({
    clock,
    log,
    symbols: request.symbols.values(),
    pacing,
    mock: { finalOrdersKept: FINAL_ORDERS_KEPT },
    onCycleEnd: ({ position, settings: terms }) => tally.add(position, terms),
    tree: ({ pubsubSpec, exchangeSpec, pubsub, trading }) => [
      pubsubSpec,
      exchangeSpec,
      orderRecorderSpec({ symbol, pubsub, cursor }),
      trading.spec(),
    ],
    onCrash: () => {
      crashes++;
    },
    ...(request.scheduler === undefined ? {} : { scheduler: request.scheduler }),
    ...(request.cycles === undefined ? {} : { cycles: request.cycles }),
    ...request.faults,
  });
  const { system, pubsub, trading } = engine;
  const check = (): void => {
    if (!trading.isTraded(symbol)) throw new Error(`trading ${symbol} was given up after ${crashes} crashes`);
  };
  try {
    await trading.start(symbol, settings);
    await system.quiesce();
    const startedMs = clock.monotonicMs();
    const events = await replay({ system, pubsub, pacing, cursor, check }, request.tape);
    const elapsedMs = clock.monotonicMs() - startedMs;
    const orders = await recordedOrders(system, system.registry.via<OrderRecorderProtocol>('OrderRecorder'));
    return { symbol, events, orders, tally, elapsedMs, tree: inspectTree(system), crashes };
  } finally {
    await engine.stop();
  }
}
