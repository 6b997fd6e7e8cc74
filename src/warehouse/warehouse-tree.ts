import {
  type ActorSystem,
  type Address,
  type ChildSpec,
  childSpec,
  type Pid,
  type PubSubProtocol,
  type RestartIntensity,
  type Sender,
  type SupervisorProtocol,
  startChild,
  subscribersOf,
  terminateChild,
  unsubscribeFrom,
  type Via,
  whichChildren,
} from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import { isolatedTreeSpec } from '../services/isolated-tree.js';
import type { Backlogs, StoredTopic } from './backlog/backlogs.js';
import { type Batching, DEFAULT_BATCHING, Subscriber, type SubscriberProtocol } from './subscriber.js';

/**
 * The warehouse's tree: DataWarehouse > DynamicSubscriberSupervisor > Subscriber per topic and symbol. Before it stops,
 * everything published so far is stored, by all subscribers at the same time.
 */
export const SUBSCRIBERS = 'DynamicSubscriberSupervisor';
export const subscriberName = (topic: StoredTopic, symbol: string): string => `Subscriber ${topic}:${symbol}`;

// A table that cannot be written crashes its subscriber, which waits longer before every further try: so many crashes come
// from a defect, and the subscriber is given up, alone.
const INTENSITY: RestartIntensity = { maxRestarts: 1_000, periodMs: 5_000 };

export const subscriberOf = (
  system: ActorSystem,
  topic: StoredTopic,
  symbol: string,
): Via<SubscriberProtocol> => system.registry.via(subscriberName(topic, symbol));

export interface WarehouseOptions {
  readonly pubsub: Address<PubSubProtocol>;
  /** Started after the supervisor of the subscribers, and again whenever that is. */
  readonly autostart?: readonly ChildSpec[];
  /** Told of a subscriber that keeps crashing, by its id; it is given up alone. */
  readonly onGivenUp?: (id: string, reason: Error) => void;
}

export interface WarehouseDeps {
  readonly pubsub: Address<PubSubProtocol>;
  readonly clock: Clock;
  readonly backlogs: Backlogs;
  readonly batching?: Partial<Batching>;
}

export function warehouseSpec(
  system: ActorSystem,
  { pubsub, autostart = [], onGivenUp = () => {} }: WarehouseOptions,
): ChildSpec<SupervisorProtocol> {
  return isolatedTreeSpec({
    id: 'DataWarehouse',
    supervisor: SUBSCRIBERS,
    intensity: INTENSITY,
    autostart,
    onGivenUp,
    beforeStop: (self) => drainAll(system, self, pubsub),
  });
}

/** Starts storing a topic. Rejects when it is stored already. */
export function startSubscriber(
  system: ActorSystem,
  { pubsub, clock, backlogs, batching }: WarehouseDeps,
  topic: StoredTopic,
  symbol: string,
): Promise<Pid> {
  const name = subscriberName(topic, symbol);
  return startChild(
    system,
    system.registry.via(SUBSCRIBERS),
    childSpec<SubscriberProtocol>({
      id: name,
      server: Subscriber,
      arg: {
        intake: backlogs.of(topic, symbol),
        pubsub,
        clock,
        batching: { ...DEFAULT_BATCHING, ...batching },
      },
      register: name,
    }),
  );
}

/**
 * Stops storing a topic, once everything published so far is stored, or the time for that is over. False when it is not
 * stored. What the database did not take in time is logged, and written should the topic be started again.
 */
export async function stopSubscriber(
  system: ActorSystem,
  { pubsub, backlogs }: Pick<WarehouseDeps, 'pubsub' | 'backlogs'>,
  topic: StoredTopic,
  symbol: string,
): Promise<boolean> {
  const name = subscriberName(topic, symbol);
  const intake = backlogs.of(topic, symbol);
  const subscriber = system.registry.lookup<SubscriberProtocol>(name);
  if (subscriber !== undefined) {
    unsubscribeFrom(system, pubsub, intake.topic, subscriber);
    await drain(system, pubsub, subscriber);
  }
  const stopped = await terminateChild(system, system.registry.via(SUBSCRIBERS), name);
  intake.backlog.leave();
  return stopped;
}

/** Has a subscriber store what was published so far. One that crashes over it is its supervisor's business. */
async function drain(sender: Sender, pubsub: Address<PubSubProtocol>, subscriber: Pid): Promise<void> {
  // PubSub answers after everything that was published before, so that is in the mailbox ahead of the drain.
  await subscribersOf(sender, pubsub, '').catch(() => undefined);
  await sender
    .call<SubscriberProtocol, 'drain'>(subscriber, 'drain', null, Number.POSITIVE_INFINITY)
    .catch(() => undefined);
}

async function drainAll(system: ActorSystem, sender: Sender, pubsub: Address<PubSubProtocol>): Promise<void> {
  const children = await whichChildren(sender, system.registry.via(SUBSCRIBERS)).catch(() => []);
  const running = children.flatMap(({ pid }) => (pid === null ? [] : [pid]));
  await Promise.all(running.map((pid) => drain(sender, pubsub, pid)));
}
