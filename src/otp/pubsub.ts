import type { Topic } from '../ports/topic.js';
import { Envelope } from './envelope.js';
import type { GenServer, Protocol } from './gen-server.js';
import { type Address, Down, type Pid, type Receiver, type Self, type Sender } from './pid.js';
import type { Process } from './process.js';

/** PubSub: one actor that holds topic -> subscribers. A subscriber that ends leaves every topic. */
interface Subscription {
  readonly monitor: number;
  readonly topics: Set<string>;
}

/** What was published on a topic, whether anybody heard it or not. */
export interface Published {
  readonly count: number;
  readonly last: unknown;
}

interface PubSubState {
  readonly subscribersOf: Map<string, Set<Process>>;
  readonly publishedOn: Map<string, { count: number; last: unknown }>;
  readonly subscriptions: Map<Pid, Subscription>;
  published: number;
  delivered: number;
}

interface Subscribing {
  readonly topic: string;
  readonly subscriber: Pid;
}

/** A message, and the topic it is for. */
export interface Publication {
  readonly topic: string;
  readonly message: unknown;
}

export interface PubSubProtocol extends Protocol {
  readonly state: PubSubState;
  readonly calls: {
    subscribers(topic: string): readonly Pid[];
    backlog(topic: string): number;
    published(nothing: null): ReadonlyMap<string, Published>;
  };
  readonly casts: {
    readonly subscribe: Subscribing;
    readonly unsubscribe: Subscribing;
    readonly publish: Publication;
    readonly publishAll: readonly Publication[];
  };
}

function subscribe(state: PubSubState, { topic, subscriber }: Subscribing, self: Self<PubSubProtocol>): void {
  if (!subscriber.alive) return;
  const { subscribersOf, subscriptions } = state;
  const subscribers = subscribersOf.get(topic) ?? new Set();
  subscribersOf.set(topic, subscribers.add(subscriber as Process));
  const subscription = subscriptions.get(subscriber) ?? {
    monitor: self.monitor(subscriber),
    topics: new Set(),
  };
  subscriptions.set(subscriber, subscription);
  subscription.topics.add(topic);
}

function leave({ subscribersOf }: PubSubState, topic: string, subscriber: Pid): void {
  const subscribers = subscribersOf.get(topic);
  if (subscribers === undefined) return;
  subscribers.delete(subscriber as Process);
  if (subscribers.size === 0) subscribersOf.delete(topic);
}

function unsubscribe(
  state: PubSubState,
  { topic, subscriber }: Subscribing,
  self: Self<PubSubProtocol>,
): void {
  leave(state, topic, subscriber);
  const subscription = state.subscriptions.get(subscriber);
  subscription?.topics.delete(topic);
  if (subscription?.topics.size !== 0) return;
  self.demonitor(subscription.monitor);
  state.subscriptions.delete(subscriber);
}

function forget(state: PubSubState, subscriber: Pid): void {
  for (const topic of state.subscriptions.get(subscriber)?.topics ?? []) leave(state, topic, subscriber);
  state.subscriptions.delete(subscriber);
}

function longestMailbox(subscribers: ReadonlySet<Process> = new Set()): number {
  let longest = 0;
  for (const { load } of subscribers) longest = Math.max(longest, load.waiting + (load.running ? 1 : 0));
  return longest;
}

function note(publishedOn: PubSubState['publishedOn'], topic: string, message: unknown): void {
  const known = publishedOn.get(topic);
  if (known === undefined) {
    publishedOn.set(topic, { count: 1, last: message });
  } else {
    known.count++;
    known.last = message;
  }
}

function deliver(state: PubSubState, { topic, message }: Publication): void {
  state.published++;
  note(state.publishedOn, topic, message);
  const subscribers = state.subscribersOf.get(topic);
  if (subscribers === undefined) return;
  // One envelope for all: nobody changes it, and this is the busiest loop of the engine.
  const envelope = new Envelope('info', '', message);
  for (const subscriber of subscribers) if (subscriber.deliver(envelope)) state.delivered++;
}

const MOST_SHOWN = 20;

/** How many hear each topic; of a kind of topic that there are many of, how many there are. */
function shownTopics(subscribersOf: PubSubState['subscribersOf']): Readonly<Record<string, number | string>> {
  const kindOf = (topic: string): string => topic.split(':', 1)[0] ?? topic;
  const topicsOf = new Map<string, number>();
  for (const topic of subscribersOf.keys())
    topicsOf.set(kindOf(topic), (topicsOf.get(kindOf(topic)) ?? 0) + 1);
  const shown: Record<string, number | string> = {};
  for (const [topic, subscribers] of subscribersOf) {
    const topics = topicsOf.get(kindOf(topic)) ?? 0;
    if (topics > MOST_SHOWN) shown[`${kindOf(topic)}:*`] = `${topics} topics`;
    else shown[topic] = subscribers.size;
  }
  return shown;
}

export const PubSub: GenServer<PubSubProtocol> = {
  kind: 'PubSub',
  takesAll: true,
  init: () => ({
    state: {
      subscribersOf: new Map(),
      publishedOn: new Map(),
      subscriptions: new Map(),
      published: 0,
      delivered: 0,
    },
  }),
  calls: {
    subscribers: (state, topic) => ({ state, reply: [...(state.subscribersOf.get(topic) ?? [])] }),
    backlog: (state, topic) => ({ state, reply: longestMailbox(state.subscribersOf.get(topic)) }),
    published: (state) => ({
      state,
      reply: new Map([...state.publishedOn].map(([topic, { count, last }]) => [topic, { count, last }])),
    }),
  },
  casts: {
    subscribe(state, request, self) {
      subscribe(state, request, self);
      return { state };
    },
    unsubscribe(state, request, self) {
      unsubscribe(state, request, self);
      return { state };
    },
    publish(state, publication) {
      deliver(state, publication);
      return { state };
    },
    publishAll(state, publications) {
      for (const publication of publications) deliver(state, publication);
      return { state };
    },
  },
  info(state, message) {
    if (message instanceof Down) forget(state, message.pid);
    return { state };
  },
  inspect: ({ subscribersOf, published, delivered }) => ({
    topics: shownTopics(subscribersOf),
    published,
    delivered,
  }),
};

// ---- client functions

type PubSubAddress = Address<PubSubProtocol>;

/** Tells everyone who has subscribed by the time PubSub takes it. One sender's messages arrive in the order sent. */
export const publish = <M>(sender: Sender, pubsub: PubSubAddress, topic: Topic<M>, message: M): boolean =>
  sender.cast(pubsub, 'publish', { topic, message });

/** A message for `publishAll`, checked against its topic. */
export const publication = <M>(topic: Topic<M>, message: M): Publication => ({ topic, message });

/** The same as to publish one after the other, in one turn of PubSub: for what belongs together. */
export const publishAll = (
  sender: Sender,
  pubsub: PubSubAddress,
  publications: readonly Publication[],
): boolean => sender.cast(pubsub, 'publishAll', publications);

/** From now on `subscriber` gets what is published on the topic, as info messages. Subscribing twice changes nothing. */
export const subscribeTo = <M>(
  sender: Sender,
  pubsub: PubSubAddress,
  topic: Topic<M>,
  subscriber: Pid & Receiver<M>,
): boolean => sender.cast(pubsub, 'subscribe', { topic, subscriber });

export const unsubscribeFrom = <M>(
  sender: Sender,
  pubsub: PubSubAddress,
  topic: Topic<M>,
  subscriber: Pid,
): boolean => sender.cast(pubsub, 'unsubscribe', { topic, subscriber });

/** Who gets what is published on the topic. */
export const subscribersOf = <M>(
  sender: Sender,
  pubsub: PubSubAddress,
  topic: Topic<M>,
): Promise<readonly Pid[]> => sender.call(pubsub, 'subscribers', topic);

/**
 * How many messages the slowest subscriber of the topic has not done with, once PubSub has taken everything that this sender
 * published before: for publishers that must not run ahead.
 */
export const backlogOf = <M>(sender: Sender, pubsub: PubSubAddress, topic: Topic<M>): Promise<number> =>
  sender.call(pubsub, 'backlog', topic);

/** By topic, how many messages were published since PubSub was started, and the last of them. */
export const publishedOn = (sender: Sender, pubsub: PubSubAddress): Promise<ReadonlyMap<string, Published>> =>
  sender.call(pubsub, 'published', null);
