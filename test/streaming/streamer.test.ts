import { afterEach, expect, it } from '@jest/globals';
import {
  type ActorSystem,
  childSpec,
  type Pid,
  PubSub,
  type PubSubProtocol,
  Supervisor,
  subscribeTo,
  type Via,
} from '../../src/otp/index.js';
import { tradeEvents } from '../../src/ports/topics.js';
import type { StreamDeskProtocol } from '../../src/streaming/stream-desk.js';
import { StreamFigures } from '../../src/streaming/stream-figures.js';
import { Streamer, type StreamerProtocol } from '../../src/streaming/streamer.js';
import { TradeLine } from '../../src/streaming/trade-line.js';
import { aSystem, aWorker, seenBy, settle } from '../support/actors.js';
import { MemoryRecord } from '../support/live-streaming.js';
import { aLog } from '../support/log.js';
import { SYMBOL, trades } from '../support/market.js';

const systems: ActorSystem[] = [];
afterEach(async () => {
  for (const system of systems.splice(0)) await system.stop();
});

it('publishes after its crash what it could not publish before, in order and once', async () => {
  const { system, clock, crashes } = aSystem();
  systems.push(system);
  const running = system.registry.via<PubSubProtocol>('PubSub');
  let isThere = false;
  const pubsub: Via<PubSubProtocol> = {
    label: 'PubSub',
    whereis() {
      // Gone when it is needed first, and back at once.
      const found = isThere ? running.whereis() : undefined;
      isThere = true;
      return found;
    },
  };
  const streamer = childSpec<StreamerProtocol>({
    id: 'Streamer',
    server: Streamer,
    arg: {
      symbol: SYMBOL,
      line: new TradeLine(100, 100),
      desk: system.registry.via<StreamDeskProtocol>('StreamDesk'),
      pubsub,
      past: { fetchTrades: async () => [] },
      record: new MemoryRecord(),
      log: aLog(),
      figures: new StreamFigures(),
      clock,
      random: () => 0,
    },
    register: 'Streamer',
  });
  const pubsubSpec = childSpec<PubSubProtocol>({
    id: 'PubSub',
    server: PubSub,
    arg: undefined,
    register: 'PubSub',
  });
  system.spawn(Supervisor, { children: [pubsubSpec, streamer] }, 'root');
  const listener = aWorker(system);
  subscribeTo(system, running, tradeEvents(SYMBOL), listener);
  await settle(system);
  const tell = async (from: number, to: number): Promise<void> => {
    const pid = system.registry.lookup('Streamer') as Pid<StreamerProtocol>;
    system.send(pid, { kind: 'trades', trades: trades(from, to), heardMs: 0 });
    await settle(system);
  };
  await tell(1, 3);
  expect(crashes.map(({ error }) => error.message)).toEqual(['PubSub has ended']);
  await tell(3, 5);
  expect(seenBy(listener)).toEqual(trades(1, 5));
});
