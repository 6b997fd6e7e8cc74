import {
  type ActorSystem,
  type Address,
  type ChildSpec,
  childSpec,
  type Pid,
  type PubSubProtocol,
  type Sender,
  type SupervisorProtocol,
  startChild,
  subscribersOf,
  terminateChild,
  type Via,
  whichChildren,
} from '../otp/index.js';
import { ohlc, tradeEvents } from '../ports/topics.js';
import { isolatedTreeSpec } from '../services/isolated-tree.js';
import { type IndicatorDeps, OhlcIndicator, type OhlcIndicatorProtocol } from './ohlc-indicator.js';

/**
 * The indicators' tree: Indicators > DynamicIndicatorSupervisor > OhlcIndicator per symbol. Before it stops, every trade
 * published so far is counted and the running candles are told: whoever stores them stops later.
 */
export const INDICATORS = 'DynamicIndicatorSupervisor';
export const indicatorName = (symbol: string): string => `OhlcIndicator ${symbol}`;

export const indicatorOf = (system: ActorSystem, symbol: string): Via<OhlcIndicatorProtocol> =>
  system.registry.via(indicatorName(symbol));

export interface IndicatorsOptions {
  readonly pubsub: Address<PubSubProtocol>;
  /** Started after the supervisor of the indicators, and again whenever that is. */
  readonly autostart?: readonly ChildSpec[];
  /** Told of an indicator that keeps crashing, by its id; it is given up alone. */
  readonly onGivenUp?: (id: string, reason: Error) => void;
}

export function indicatorsSpec(
  system: ActorSystem,
  { pubsub, autostart = [], onGivenUp = () => {} }: IndicatorsOptions,
): ChildSpec<SupervisorProtocol> {
  return isolatedTreeSpec({
    id: 'Indicators',
    supervisor: INDICATORS,
    autostart,
    onGivenUp,
    beforeStop: (self) => flushAll(system, self, pubsub),
  });
}

/** Starts the candles of a symbol. Rejects when they run already. */
export const startIndicator = (system: ActorSystem, deps: IndicatorDeps, symbol: string): Promise<Pid> =>
  startChild(
    system,
    system.registry.via(INDICATORS),
    childSpec<OhlcIndicatorProtocol>({
      id: indicatorName(symbol),
      server: OhlcIndicator,
      arg: { deps, symbol },
      register: indicatorName(symbol),
    }),
  );

/** Stops the candles of a symbol; those that run are told first. False when they do not run. */
export async function stopIndicator(
  system: ActorSystem,
  pubsub: Address<PubSubProtocol>,
  symbol: string,
): Promise<boolean> {
  await flush(system, pubsub, indicatorOf(system, symbol), symbol);
  return terminateChild(system, system.registry.via(INDICATORS), indicatorName(symbol));
}

async function flush(
  sender: Sender,
  pubsub: Address<PubSubProtocol>,
  indicator: Address<OhlcIndicatorProtocol>,
  symbol: string,
): Promise<void> {
  // PubSub answers after everything that was published before, so the trades are in the mailbox ahead of the flush. An
  // actor that is not there, or crashes over it, has nothing to tell.
  await subscribersOf(sender, pubsub, tradeEvents(symbol)).catch(() => undefined);
  await sender.call(indicator, 'flush', null).catch(() => undefined);
  await subscribersOf(sender, pubsub, ohlc(symbol)).catch(() => undefined);
}

async function flushAll(system: ActorSystem, sender: Sender, pubsub: Address<PubSubProtocol>): Promise<void> {
  const children = await whichChildren(sender, system.registry.via(INDICATORS)).catch(() => []);
  const symbols = children.map(({ id }) => id.slice(indicatorName('').length));
  await Promise.all(symbols.map((symbol) => flush(sender, pubsub, indicatorOf(system, symbol), symbol)));
}
