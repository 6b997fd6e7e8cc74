import { describe, expect, it } from '@jest/globals';
import { findActor, findActorByPart, supervisorOf } from '../../src/control/actors.js';
import { NotThere } from '../../src/control/in-time.js';
import type { ShownActor } from '../../src/control/schemas.js';
import { InputError } from '../../src/platform/input-error.js';

const actor = (path: string, ...children: ShownActor[]): ShownActor => ({
  kind: path.split('/').at(-1)?.split(' ')[0] ?? '',
  name: path.split('/').at(-1) ?? '',
  path,
  mailbox: 0,
  running: false,
  handled: 0,
  restarts: 0,
  uptimeMs: 0,
  lastMessages: [],
  lastCrash: null,
  lastRestarts: [],
  children,
});
const roots = [
  actor(
    'Hedgehog',
    actor('Hedgehog/PubSub'),
    actor(
      'Hedgehog/Trading',
      actor('Hedgehog/Trading/Leader XRPUSDT', actor('Hedgehog/Trading/Leader XRPUSDT/Trader 1')),
      actor('Hedgehog/Trading/Leader BTCUSDT', actor('Hedgehog/Trading/Leader BTCUSDT/Trader 12')),
    ),
    actor('Hedgehog/Streaming', actor('Hedgehog/Streaming/Leader XRPUSDT')),
  ),
];

describe('an actor to look at', () => {
  it.each([
    ['its path', 'Hedgehog/Trading/Leader XRPUSDT', 'Hedgehog/Trading/Leader XRPUSDT'],
    ['its name', 'PubSub', 'Hedgehog/PubSub'],
    ['its name, which begins another', 'Trader 1', 'Hedgehog/Trading/Leader XRPUSDT/Trader 1'],
    ['a part that no other name has', 'BTC', 'Hedgehog/Trading/Leader BTCUSDT'],
    ['a part in other letters', 'leader btc', 'Hedgehog/Trading/Leader BTCUSDT'],
  ])('is found by %s', (_how, given, path) => {
    expect(findActorByPart(roots, given).path).toBe(path);
  });

  it.each([
    ['Leader XRPUSDT', 'which is the name of several'],
    ['Trader', 'which is in the names of several'],
  ])('is not guessed at when %s may be several, and they are named', (given, how) => {
    const looking = () => findActorByPart(roots, given);
    expect(looking).toThrow(InputError);
    expect(looking).toThrow(`path is "${given}", ${how}; allowed is Hedgehog/`);
  });

  it.each([
    ['Ledaer BTCUSDT', 'the nearest to it: Leader BTCUSDT'],
    ['Tradr', 'the nearest to it: Trader 1, Trader 12'],
  ])('that there is not, as %s, is told of with what is like it', (given, hint) => {
    expect(() => findActorByPart(roots, given)).toThrow(NotThere);
    expect(() => findActorByPart(roots, given)).toThrow(hint);
  });

  it('that is like none is told of without a guess', () => {
    expect(() => findActorByPart(roots, 'nobody at all')).toThrow(
      /^there is no actor "nobody at all"; see hedgehog inspect$/,
    );
  });

  it('has a supervisor, unless it is a root', () => {
    expect(supervisorOf(roots, findActor(roots, 'PubSub'))?.path).toBe('Hedgehog');
    expect(supervisorOf(roots, findActor(roots, 'Trader 12'))?.path).toBe('Hedgehog/Trading/Leader BTCUSDT');
    expect(supervisorOf(roots, findActor(roots, 'Hedgehog'))).toBe(null);
  });
});

it('an actor to be killed is not found by a part of its name: the one that is meant may have ended', () => {
  expect(() => findActor(roots, 'Trader 2')).toThrow(NotThere);
  expect(() => findActor(roots, 'BTC')).toThrow(NotThere);
});
