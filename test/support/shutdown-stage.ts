import { afterEach, beforeEach, expect } from '@jest/globals';
import { rejected, someSettings, startTestEngine, type TestEngine } from '../../src/testing/index.js';

export const UNKNOWN_ORDER = rejected(-2011, 'Unknown order sent.');

/**
 * An engine for each test of the file, whose exchange must have been asked as expected. 200 a chunk: 2 at 100, sold at 101, a
 * rebuy below 99.
 */
export function shutdownStage() {
  let engine: TestEngine;
  let timesTold: number;
  beforeEach(() => {
    engine = startTestEngine();
    timesTold = 0;
  });
  afterEach(async () => {
    engine.exchange.verify();
    await engine.stop();
  });

  const phases = (): string[] => engine.cyclesOf().map(({ position }) => position.phase);
  const start = (shuttingDown = false): Promise<void> =>
    engine.startSymbol('XRPUSDT', someSettings(), {
      shuttingDown,
      onShutDown: () => {
        timesTold++;
      },
    });
  async function aBuy() {
    await start();
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    await engine.trade();
    return buy;
  }
  return {
    get engine() {
      return engine;
    },
    get exchange() {
      return engine.exchange;
    },
    /** How often it was told that the shutdown is over. */
    get timesTold() {
      return timesTold;
    },
    start,
    /** A symbol with one trader, whose buy of 2 at 100 rests on the book. */
    aBuy,
    /** A symbol with one trader, whose sell of 2 at 101 rests on the book. */
    aSell: async () => {
      const buy = await aBuy();
      const sell = engine.exchange.expectOrder({ side: 'SELL' });
      await engine.exchange.fill(buy);
      return sell;
    },
    phases,
    /** How the cycles ended, in order. */
    results: (): string[] =>
      engine.ended.map(({ position }) =>
        position.phase === 'closed' ? position.result.kind : position.phase,
      ),
    /** No cycle is open, and it was told once. */
    isOver: (): void => {
      expect(phases()).toEqual([]);
      expect(timesTold).toBe(1);
    },
  };
}
