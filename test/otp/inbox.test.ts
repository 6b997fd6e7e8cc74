import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ActorSystem,
  CallFailed,
  type GenServer,
  type Protocol,
  PubSub,
  type PubSubProtocol,
  publish,
  subscribeTo,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { aSystem, aWorker, seenBy, settle } from '../support/actors.js';

const systems: ActorSystem[] = [];
afterEach(async () => {
  for (const system of systems.splice(0)) await system.stop();
});

type Note = number | 'crash' | 'stop' | 'again' | 'wait';

interface CollectorProtocol extends Protocol {
  readonly arg: { readonly taken: Note[]; readonly gate?: Promise<void> };
  readonly state: { readonly taken: Note[]; readonly gate?: Promise<void> };
  readonly calls: { count(nothing: null): number };
  readonly info: Note;
}

/** Notes what it is told, and does what that says. */
const Collector: GenServer<CollectorProtocol> = {
  kind: 'Collector',
  takesAll: true,
  init: (arg) => ({ state: arg }),
  calls: { count: (state) => ({ state, reply: state.taken.length }) },
  info(state, note, self) {
    if (typeof note === 'object') return { state };
    state.taken.push(note);
    if (note === 'crash') throw new Error('told to');
    if (note === 'stop') return { state, stop: 'normal' };
    if (note === 'again') self.send(self, 0);
    return note === 'wait' && state.gate !== undefined ? state.gate.then(() => ({ state })) : { state };
  },
};

function aCollector(gate?: Promise<void>) {
  const stage = aSystem();
  systems.push(stage.system);
  const taken: Note[] = [];
  const arg = gate === undefined ? { taken } : { taken, gate };
  const collector = stage.system.spawn(Collector, arg, 'Collector') as Process<CollectorProtocol>;
  const tell = (...notes: Note[]) => notes.map((note) => stage.system.send(collector, note));
  return { ...stage, taken, collector, tell };
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('an actor that takes all', () => {
  it('handles what waits in one turn of the event loop, in order', async () => {
    const { taken, tell, collector } = aCollector();
    tell(1, 2, 3);
    await aTurn();
    expect(taken).toEqual([1, 2, 3]);
    expect(collector.load.handled).toBe(3);
  });

  it('leaves what comes meanwhile to its next turn', async () => {
    const { system, taken, tell } = aCollector();
    tell('again', 2);
    await aTurn();
    expect(taken).toEqual(['again', 2]);
    await settle(system);
    expect(taken).toEqual(['again', 2, 0]);
  });

  it('answers calls in the order of all messages', async () => {
    const { system, tell, collector } = aCollector();
    tell(1, 2);
    const early = system.call(collector, 'count', null);
    tell(3);
    const late = system.call(collector, 'count', null);
    expect(await Promise.all([early, late])).toEqual([2, 3]);
  });

  it('waits for a handler that waits before it handles the next message', async () => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { system, taken, tell } = aCollector(gate);
    tell('wait', 2);
    await aTurn();
    tell(3);
    await aTurn();
    expect(taken).toEqual(['wait']);
    open();
    await settle(system);
    expect(taken).toEqual(['wait', 2, 3]);
  });

  it('handles nothing after its crash, and all that waited is a dead letter', async () => {
    const { system, taken, tell, collector, crashes } = aCollector();
    tell(1, 'crash', 3, 4);
    const call = system.call(collector, 'count', null);
    await expect(call).rejects.toThrow(CallFailed);
    tell(5);
    await settle(system);
    expect(taken).toEqual([1, 'crash']);
    expect(crashes.map(({ during }) => during)).toEqual(['info']);
    // 3, 4, the call, and what came when it was gone.
    expect(system.deadLetters).toBe(4);
    expect(system.inFlight.size).toBe(0);
  });

  it('handles nothing after it has stopped itself', async () => {
    const { system, taken, tell } = aCollector();
    tell(1, 'stop', 3);
    await settle(system);
    expect(taken).toEqual([1, 'stop']);
    expect(system.deadLetters).toBe(1);
    expect(system.inFlight.size).toBe(0);
  });

  it('handles nothing more when it is killed before its turn', async () => {
    const { system, taken, tell, collector } = aCollector();
    tell(1, 2);
    system.kill(collector);
    await settle(system);
    expect(taken).toEqual([]);
    expect(system.deadLetters).toBe(2);
  });

  it('takes no new message once it is being stopped', async () => {
    const { system, taken, tell, collector } = aCollector();
    tell(1, 2);
    await collector.shutdown(1_000);
    expect(taken).toEqual([]);
    expect(collector.alive).toBe(false);
    expect(system.deadLetters).toBe(2);
    expect(system.inFlight.size).toBe(0);
  });

  it('is PubSub, whatever it is sent', async () => {
    const { system } = aCollector();
    const pubsub = system.spawn(PubSub, undefined, 'PubSub') as Process<PubSubProtocol>;
    const worker = aWorker(system, 'worker');
    subscribeTo(system, pubsub, 'NUMBERS', worker);
    for (let value = 0; value < 10; value++) publish(system, pubsub, 'NUMBERS', value);
    await aTurn();
    expect(pubsub.load.handled).toBe(11);
    await settle(system);
    expect(seenBy(worker)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
