import type { ActorSystem, SupervisorProtocol } from '../otp/index.js';
import type { Log } from '../ports/log.js';
import { Service } from '../services/service.js';
import { STORED_TOPICS, type StoredTopic } from './backlog/backlogs.js';
import {
  SUBSCRIBERS,
  startSubscriber,
  stopSubscriber,
  subscriberName,
  type WarehouseDeps,
} from './warehouse-tree.js';

/** Storing as a service: a Subscriber for every topic that is on, such as `TRADE_EVENTS:XRPUSDT`. */
export const storingService = (system: ActorSystem, deps: WarehouseDeps, log: Log): Service<null> =>
  new Service<null>(
    'storing',
    system,
    {
      supervisor: system.registry.via<SupervisorProtocol>(SUBSCRIBERS),
      idOf: (name) => subscriberName(...partsOf(name)),
      whyNot(name) {
        const [topic] = partsOf(name);
        return STORED_TOPICS.includes(topic) ? null : `allowed is ${STORED_TOPICS.join(', ')}`;
      },
      fieldsOf(name) {
        const [topic, symbol] = partsOf(name);
        return { topic, symbol };
      },
      start: (name) => startSubscriber(system, deps, ...partsOf(name)),
      stop: (name) => stopSubscriber(system, deps, ...partsOf(name)),
      change: () => true,
    },
    log,
  );

function partsOf(name: string): [topic: StoredTopic, symbol: string] {
  const colon = name.indexOf(':');
  return [name.slice(0, colon) as StoredTopic, name.slice(colon + 1)];
}
