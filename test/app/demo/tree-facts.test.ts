import { describe, expect, it } from '@jest/globals';
import { actorsIn, notReady, reconnects, restarts, storedTrades } from '../../../src/app/demo/tree-facts.js';
import type { ActorSnapshot } from '../../../src/otp/index.js';
import { anActor } from '../../support/demo-view.js';

const shows = (name: string, state: unknown): ActorSnapshot => ({ ...anActor(name), state });

const READY: readonly ActorSnapshot[] = [
  anActor('Hedgehog', [
    shows('BinanceClient', { ready: true }),
    shows('UserDataStream', { phase: 'subscribed', socket: { reconnects: 2 } }),
    shows('StreamConnection 1', { confirmed: 3, reconnects: 1 }),
    ...['XRPUSDT', 'DOGEUSDT', 'SOLUSDT'].flatMap((symbol, index) => [
      anActor(`Leader ${symbol}`, [], index),
      shows(`Subscriber TRADE_EVENTS:${symbol}`, { stored: 10 * index }),
      shows(`Subscriber ORDERS:${symbol}`, { stored: 99 }),
    ]),
  ]),
];

const without = (name: string): readonly ActorSnapshot[] =>
  READY.map((root) => ({ ...root, children: root.children.filter((child) => child.name !== name) }));

const having = (name: string, state: unknown): readonly ActorSnapshot[] =>
  READY.map((root) => ({
    ...root,
    children: root.children.map((child) => (child.name === name ? { ...child, state } : child)),
  }));

describe('what the demo knows of the actors', () => {
  it('the market may open when all of them are at work', () => {
    expect(notReady(READY)).toEqual([]);
  });

  it.each([
    { tree: without('Leader SOLUSDT'), missing: 'Leader' },
    { tree: without('Subscriber ORDERS:DOGEUSDT'), missing: 'Subscriber' },
    { tree: having('BinanceClient', { ready: false }), missing: 'BinanceClient' },
    { tree: having('UserDataStream', { phase: 'connecting' }), missing: 'UserDataStream' },
    { tree: having('StreamConnection 1', { confirmed: 2 }), missing: 'StreamConnection' },
    { tree: having('StreamConnection 1', undefined), missing: 'StreamConnection' },
  ])('not without $missing', ({ tree, missing }) => {
    expect(notReady(tree)).toEqual([missing]);
  });

  it('counts what is stored by symbol, and what was connected and started again', () => {
    expect([...storedTrades(READY)]).toEqual([
      ['XRPUSDT', 0],
      ['DOGEUSDT', 10],
      ['SOLUSDT', 20],
    ]);
    expect([reconnects(READY), restarts(READY), actorsIn(READY).length]).toEqual([3, 3, 13]);
  });
});
