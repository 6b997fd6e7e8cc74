import { afterEach } from '@jest/globals';
import type { Kysely } from 'kysely';
import {
  type ActorSystem,
  type ChildSpec,
  type CrashReport,
  childSpec,
  namedSupervisor,
  type Pid,
  PubSub,
  type PubSubProtocol,
  publish,
  type SupervisorProtocol,
  taskSpec,
  type Via,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import type { SimClock } from '../../src/platform/sim-clock.js';
import type { Topic } from '../../src/ports/topic.js';
import { Backlogs, type Intake, type StoredTopic } from '../../src/warehouse/backlog/backlogs.js';
import type { OrderLookup } from '../../src/warehouse/order-catch-up.js';
import type { Tables } from '../../src/warehouse/schema.js';
import type { Batching } from '../../src/warehouse/subscriber.js';
import {
  startSubscriber,
  stopSubscriber,
  subscriberOf,
  type WarehouseDeps,
  warehouseSpec,
} from '../../src/warehouse/warehouse-tree.js';
import { aSystem, settle } from './actors.js';
import { aLog } from './log.js';
import { SYMBOL } from './market.js';

export interface Storing {
  readonly system: ActorSystem;
  readonly clock: SimClock;
  readonly log: ReturnType<typeof aLog>;
  readonly pubsub: Via<PubSubProtocol>;
  readonly deps: WarehouseDeps;
  readonly crashes: readonly CrashReport[];
  intake(topic?: StoredTopic): Intake;
  start(topic?: StoredTopic): Promise<Pid>;
  stop(topic?: StoredTopic): Promise<boolean>;
  subscriber(topic?: StoredTopic): Pid;
  inspect(topic?: StoredTopic): unknown;
  publish<M>(topic: Topic<M>, ...messages: readonly M[]): Promise<void>;
  /** Moves time on and waits for what that sets off. */
  pass(ms: number): Promise<void>;
  settle(): Promise<void>;
}

export interface StoringOptions {
  readonly batching?: Partial<Batching>;
  readonly maxHeld?: number;
  /** Where orders that may have changed unseen are looked up; nowhere unless given. */
  readonly exchange?: OrderLookup;
  /** Topics started by a task of the tree, and again whenever the tree is. */
  readonly autostart?: readonly StoredTopic[];
  /** Children after the warehouse. */
  readonly after?: (system: ActorSystem, pubsub: Via<PubSubProtocol>) => readonly ChildSpec[];
}

/** A tree of PubSub and the warehouse on a simulated clock; ended after the test. */
export function storing(kysely: () => Kysely<Tables>) {
  const running: Storing[] = [];
  afterEach(async () => {
    for (const { system, clock } of running.splice(0)) {
      const stopped = system.stop();
      // Whoever waits for a database that is not there gives up.
      for (let tries = 0; tries < 100; tries++) {
        clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await stopped;
    }
  });
  return (options: StoringOptions = {}): Storing => {
    const { system, clock, crashes } = aSystem();
    const log = aLog();
    const pubsub = system.registry.via<PubSubProtocol>('PubSub');
    const { batching = {}, maxHeld, exchange } = options;
    const backlogs = new Backlogs({
      db: kysely(),
      clock,
      log,
      ...(maxHeld === undefined ? {} : { maxHeld }),
      ...(exchange === undefined ? {} : { exchange }),
    });
    const deps: WarehouseDeps = { pubsub, clock, backlogs, batching };
    const start = (topic: StoredTopic = 'TRADE_EVENTS') => startSubscriber(system, deps, topic, SYMBOL);
    const { autostart = [] } = options;
    const tasks = autostart.map((topic) =>
      taskSpec(`autostart ${topic}`, async () => void (await start(topic))),
    );
    system.spawn<SupervisorProtocol>(
      namedSupervisor('Hedgehog'),
      {
        strategy: 'rest_for_one',
        children: [
          childSpec<PubSubProtocol>({ id: 'PubSub', server: PubSub, arg: undefined, register: 'PubSub' }),
          warehouseSpec(system, { pubsub, autostart: tasks }),
          ...(options.after?.(system, pubsub) ?? []),
        ],
      },
      'Hedgehog',
    );
    const subscriber = (topic: StoredTopic = 'TRADE_EVENTS'): Pid => {
      const pid = subscriberOf(system, topic, SYMBOL).whereis();
      if (pid === undefined) throw new Error(`${topic} is not stored`);
      return pid;
    };
    const made: Storing = {
      system,
      clock,
      log,
      pubsub,
      deps,
      crashes,
      intake: (topic = 'TRADE_EVENTS') => backlogs.of(topic, SYMBOL),
      async start(topic) {
        const pid = await start(topic);
        await settle(system);
        return pid;
      },
      stop: (topic = 'TRADE_EVENTS') => stopSubscriber(system, deps, topic, SYMBOL),
      subscriber,
      inspect: (topic) => (subscriber(topic) as Process).inspect(),
      async publish(topic, ...messages) {
        for (const message of messages) publish(system, pubsub, topic, message);
        await settle(system);
      },
      async pass(ms) {
        clock.advance(ms);
        await settle(system);
      },
      settle: () => settle(system),
    };
    running.push(made);
    return made;
  };
}
