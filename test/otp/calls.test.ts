import { describe, expect, it } from '@jest/globals';
import type { CallFailed, GenServer, PendingCall, Pid, Protocol } from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import {
  aFamily,
  aGate,
  aSystem,
  aWorker,
  childOf,
  seenBy,
  settle,
  type WorkerProtocol,
} from '../support/actors.js';

const failure = (promise: Promise<unknown>): Promise<CallFailed> =>
  promise.then(
    (reply) => {
      throw new Error(`replied ${String(reply)}`);
    },
    (error: CallFailed) => error,
  );

describe('call', () => {
  it('resolves with the reply', async () => {
    const { system } = aSystem();
    await expect(system.call(aWorker(system), 'run', () => 42)).resolves.toBe(42);
    expect(system.openCalls.size).toBe(0);
  });

  it('rejects at once, with the cause, when the callee crashes over it', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    const error = await failure(
      system.call(worker, 'run', () => {
        throw new Error('boom');
      }),
    );
    expect(error).toMatchObject({
      name: 'CallFailed',
      to: 'worker',
      call: 'run',
      reason: { message: 'boom' },
    });
    expect(error.cause).toBe(error.reason);
  });

  it('is told the crash even when the callee is killed in the middle of it', async () => {
    const test = aSystem({ onCrash: ({ pid }) => queueMicrotask(() => test.system.kill(pid)) });
    const { supervisor } = aFamily(test.system);
    const call = test.system.call(childOf(supervisor, 'a'), 'run', () => Promise.reject(new Error('boom')));
    expect((await failure(call)).reason).toMatchObject({ message: 'boom' });
  });

  it('that waits in the mailbox is rejected when the callee ends over another message', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    system.cast(worker, 'crash', 'boom');
    expect((await failure(system.call(worker, 'seen', null))).reason).toMatchObject({ message: 'boom' });
  });

  it('to an actor that ended is rejected with its reason, to an unknown name with noproc', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    system.kill(worker);
    expect((await failure(system.call(worker, 'seen', null))).reason).toBe('killed');
    const nobody = system.registry.via<WorkerProtocol>('nobody');
    expect(await failure(system.call(nobody, 'seen', null))).toMatchObject({
      reason: 'noproc',
      to: 'nobody',
    });
  });

  it('to a stopping actor is rejected when that has stopped', async () => {
    const { system } = aSystem();
    const worker = aWorker(system);
    const gate = aGate();
    system.cast(worker, 'run', () => gate.promise);
    await new Promise((resolve) => setImmediate(resolve));
    const stopped = (worker as Process).shutdown(100);
    const call = failure(system.call(worker, 'seen', null));
    gate.open();
    await stopped;
    expect((await call).reason).toBe('shutdown');
    expect(system.openCalls.size).toBe(0);
  });

  it('is rejected with timeout at its deadline; the late reply goes nowhere', async () => {
    const { system, clock } = aSystem();
    const worker = aWorker(system);
    const gate = aGate();
    const call = failure(system.call(worker, 'run', () => gate.promise, 200));
    clock.advance(199);
    expect(system.openCalls.size).toBe(1);
    clock.advance(51);
    expect((await call).reason).toBe('timeout');
    gate.open();
    await settle(system);
    expect(worker.alive).toBe(true);
    expect(system.openCalls.size).toBe(0);
  });

  it('leaves no timer behind once all calls are answered', async () => {
    const { system, clock } = aSystem();
    await system.call(aWorker(system), 'seen', null);
    clock.advance(50);
    expect(clock.pendingTimers).toBe(0);
  });

  it('with an infinite timeout waits for ever', async () => {
    const { system, clock } = aSystem();
    const gate = aGate<string>();
    const call = system.call(aWorker(system), 'run', () => gate.promise, Number.POSITIVE_INFINITY);
    clock.advance(1e6);
    gate.open('at last');
    await expect(call).resolves.toBe('at last');
  });

  it('may be answered later, through from, by another message', async () => {
    const { system } = aSystem();
    const waiting: PendingCall<string>[] = [];
    const Desk: GenServer<Protocol & { calls: { ask(question: null): string } }> = {
      kind: 'Desk',
      init: () => ({ state: null }),
      calls: {
        ask(state, _question, _self, from) {
          waiting.push(from);
          return { state, noReply: true };
        },
      },
    };
    const desk = system.spawn(Desk, null, 'desk');
    const answer = system.call(desk, 'ask', null);
    await settle(system);
    waiting[0]?.reply('first');
    waiting[0]?.reply('second');
    await expect(answer).resolves.toBe('first');
  });
});

describe('circles of calls', () => {
  const askBack =
    (...route: Pid<WorkerProtocol>[]) =>
    async (self: {
      call: (to: Pid<WorkerProtocol>, key: 'run', step: never) => Promise<unknown>;
    }): Promise<unknown> => {
      const [next, ...rest] = route;
      if (next === undefined) return 'end of the road';
      return self
        .call(next, 'run', askBack(...rest) as never)
        .catch((error: CallFailed) => String(error.reason));
    };

  it.each([1, 2, 3])('of %d actors are refused at once', async (length) => {
    const { system } = aSystem();
    const ring = Array.from({ length }, (_, i) => aWorker(system, `ring ${i}`));
    const [first, ...others] = ring as [Pid<WorkerProtocol>, ...Pid<WorkerProtocol>[]];
    await expect(system.call(first, 'run', askBack(...others, first))).resolves.toBe('deadlock');
    expect(system.openCalls.size).toBe(0);
  });

  it('are seen when both sides call at the same time', async () => {
    const { system } = aSystem();
    const [a, b] = [aWorker(system, 'a'), aWorker(system, 'b')];
    const [fromA, fromB] = await Promise.all([
      system.call(a, 'run', askBack(b)),
      system.call(b, 'run', askBack(a)),
    ]);
    expect(new Set([fromA, fromB])).toEqual(new Set(['deadlock', 'end of the road']));
  });

  it('are not seen where a call is piped, since its maker goes on', async () => {
    const { system } = aSystem();
    const [a, b] = [aWorker(system, 'a'), aWorker(system, 'b')];
    system.cast(a, 'run', (self) => {
      const call = self.call(b, 'run', (inner) => inner.call(a, 'run', () => 'answered'));
      self.pipe(call, String, String);
    });
    await settle(system);
    expect(seenBy(a)).toEqual(['answered']);
  });
});
