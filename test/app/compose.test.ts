import { afterEach, describe, expect, it } from '@jest/globals';
import { compose, type Engine } from '../../src/app/compose.js';
import type { Order } from '../../src/domain/order.js';
import { publish } from '../../src/otp/index.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import type { Cycle } from '../../src/ports/cycle-store.js';
import { UNPACED } from '../../src/ports/pacing.js';
import { tradeEvents } from '../../src/ports/topics.js';
import { aSymbol, aTradeEvent, settleActors, someSettings } from '../../src/testing/index.js';
import { actorNamed } from '../support/actors.js';
import { aLog } from '../support/log.js';

describe('a crash of what the whole engine rests on', () => {
  let engine: Engine;
  afterEach(() => engine.stop());

  it.each(['BinanceMock', 'PubSub', 'Trading', 'DynamicSymbolSupervisor'])(
    'of %s starts again what was traded, with its orders',
    async (victim) => {
      const kept = new Map<number, Order>();
      const ended: Cycle[] = [];
      engine = compose({
        clock: new SimClock(),
        log: aLog(),
        symbols: [aSymbol()],
        pacing: UNPACED,
        ledger: {
          load: async () => {
            const orders = [...kept.values()].map((order) => ({ account: 'main', order }));
            return { orders, forgotten: [], balances: [] };
          },
          save: ({ order }) => void kept.set(order.orderId, order),
        },
        onCycleEnd: (cycle) => ended.push(cycle),
      });
      const { system, trading } = engine;
      let lastId = 0;
      const trade = async (price: string) => {
        const event = aTradeEvent({ price, tradeId: ++lastId });
        publish(system, engine.pubsub, tradeEvents('XRPUSDT'), event);
        await settleActors(system);
      };
      const crash = async () => {
        system.kill(actorNamed(system, victim), new Error('crashed'));
        await settleActors(system);
      };
      await settleActors(system);
      await trading.start('XRPUSDT', someSettings({ chunks: 1, budget: '200' }));
      await settleActors(system);

      await crash();
      await trade('100');
      await crash();
      await trade('99.99');
      await crash();
      await trade('101.01');
      expect(ended).toMatchObject([{ id: 1, position: { result: { kind: 'sold' } } }]);
      expect([...kept.values()].map(({ side, status }) => `${side} ${status}`).slice(0, 2)).toEqual([
        'BUY FILLED',
        'SELL FILLED',
      ]);
      expect(trading.isTraded('XRPUSDT')).toBe(true);
    },
  );
});
