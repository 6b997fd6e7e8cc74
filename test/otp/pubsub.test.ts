import { describe, expect, it } from '@jest/globals';
import {
  inspectTree,
  PubSub,
  type PubSubProtocol,
  publication,
  publish,
  publishAll,
  publishedOn,
  subscribersOf,
  subscribeTo,
  unsubscribeFrom,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { aSystem, aWorker, seenBy, settle } from '../support/actors.js';

const aPubSub = () => {
  const test = aSystem();
  const pubsub = test.system.spawn(PubSub, undefined, 'pubsub');
  return { ...test, pubsub, state: () => (pubsub as Process<PubSubProtocol>).state };
};

describe('PubSub', () => {
  it('tells the subscribers of a topic, in the order published, and nobody else', async () => {
    const { system, pubsub } = aPubSub();
    const [one, two, other] = ['one', 'two', 'other'].map((name) => aWorker(system, name)) as [
      ReturnType<typeof aWorker>,
      ReturnType<typeof aWorker>,
      ReturnType<typeof aWorker>,
    ];
    subscribeTo(system, pubsub, 'T', one);
    subscribeTo(system, pubsub, 'T', two);
    subscribeTo(system, pubsub, 'U', other);
    for (const message of [1, 2, 3]) publish(system, pubsub, 'T', message);
    await settle(system);
    expect([one, two, other].map(seenBy)).toEqual([[1, 2, 3], [1, 2, 3], []]);
    expect(await subscribersOf(system, pubsub, 'T')).toEqual([one, two]);
  });

  it('tells a subscriber once that has subscribed twice, and no more once it has unsubscribed', async () => {
    const { system, pubsub, state } = aPubSub();
    const worker = aWorker(system);
    subscribeTo(system, pubsub, 'T', worker);
    subscribeTo(system, pubsub, 'T', worker);
    publish(system, pubsub, 'T', 'heard');
    unsubscribeFrom(system, pubsub, 'T', worker);
    publish(system, pubsub, 'T', 'not heard');
    unsubscribeFrom(system, pubsub, 'T', worker);
    unsubscribeFrom(system, pubsub, 'never', worker);
    await settle(system);
    expect(seenBy(worker)).toEqual(['heard']);
    expect([state().subscribersOf.size, state().subscriptions.size]).toEqual([0, 0]);
  });

  it('keeps the other topics of one that unsubscribes from one', async () => {
    const { system, pubsub } = aPubSub();
    const worker = aWorker(system);
    for (const topic of ['T', 'U']) subscribeTo(system, pubsub, topic, worker);
    unsubscribeFrom(system, pubsub, 'T', worker);
    publish(system, pubsub, 'U', 'heard');
    await settle(system);
    expect(seenBy(worker)).toEqual(['heard']);
    system.kill(worker);
    await settle(system);
    expect(await subscribersOf(system, pubsub, 'U')).toEqual([]);
  });

  it('drops a subscriber that ended from every topic', async () => {
    const { system, pubsub, state } = aPubSub();
    const [mortal, other] = [aWorker(system, 'mortal'), aWorker(system, 'other')];
    for (const topic of ['T', 'U']) subscribeTo(system, pubsub, topic, mortal);
    subscribeTo(system, pubsub, 'T', other);
    await settle(system);
    system.kill(mortal);
    await settle(system);
    expect([...state().subscribersOf]).toEqual([['T', new Set([other])]]);
    publish(system, pubsub, 'T', 'heard');
    await settle(system);
    expect(seenBy(other)).toEqual(['heard']);
    expect(system.deadLetters).toBe(0);
  });

  it('does not take in one that has ended', async () => {
    const { system, pubsub, state } = aPubSub();
    const worker = aWorker(system);
    subscribeTo(system, pubsub, 'T', worker);
    publish(system, pubsub, 'T', 'to nobody');
    system.kill(worker);
    await settle(system);
    expect([state().subscribersOf.size, state().subscriptions.size]).toEqual([0, 0]);
    expect(system.deadLetters).toBe(0);
  });

  it('tells how many messages were published on each topic, heard or not, and the last of them', async () => {
    const { system, pubsub } = aPubSub();
    subscribeTo(system, pubsub, 'T', aWorker(system));
    for (const message of [1, 2, 3]) publish(system, pubsub, 'T', message);
    publishAll(system, pubsub, [publication('U', 'unheard'), publication('T', 4)]);
    expect(await publishedOn(system, pubsub)).toEqual(
      new Map<string, unknown>([
        ['T', { count: 4, last: 4 }],
        ['U', { count: 1, last: 'unheard' }],
      ]),
    );
  });

  it('shows how many hear each topic, and of a kind that there are many of how many there are', async () => {
    const { system, pubsub } = aPubSub();
    const worker = aWorker(system);
    for (let count = 0; count < 20; count++) subscribeTo(system, pubsub, `FEW:${count}`, worker);
    for (let count = 0; count < 21; count++) subscribeTo(system, pubsub, `MANY:${count}`, worker);
    await settle(system);
    const few = Object.fromEntries(Array.from({ length: 20 }, (_, count) => [`FEW:${count}`, 1]));
    expect(inspectTree(system)[0]?.state).toMatchObject({ topics: { ...few, 'MANY:*': '21 topics' } });
  });
});
