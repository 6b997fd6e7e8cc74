import { afterEach, describe, expect, it } from '@jest/globals';
import type { Cycle } from '../../src/ports/cycle-store.js';
import type { Leg } from '../../src/strategy/leg.js';
import { type Position, workingLeg } from '../../src/strategy/position.js';
import { type Order, startTestEngine, type TestEngine, unanswered } from '../../src/testing/index.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';
import { actorNamed } from '../support/actors.js';

// 200 a chunk: 2 at 100, sold at 101.
type Side = 'BUY' | 'SELL';

/** When to crash: at the first save of a position like this, before it is committed or after. */
interface Strike {
  readonly isDue: (leg: Leg | null, position: Position) => boolean;
  readonly committed: boolean;
  readonly crash: () => void;
}

class StrikingStore extends MemoryCycleStore {
  strike: Strike | null = null;

  override save(cycle: Cycle, position: Position): void {
    const { strike } = this;
    const isDue = strike?.isDue(workingLeg(position), position) ?? false;
    if (isDue) this.strike = null;
    if (isDue && strike?.committed === false) {
      strike.crash();
      throw new Error('the crash came before the commit');
    }
    super.save(cycle, position);
    if (isDue) strike?.crash();
  }
}

/** One cycle, of whose legs one goes through crashes. */
class Stage {
  readonly store = new StrikingStore('test');
  readonly engine: TestEngine = startTestEngine({ cycles: this.store });

  constructor(
    private readonly victim: string,
    readonly side: Side,
  ) {}

  crash(): Promise<void> {
    return this.engine.kill(actorNamed(this.engine.system, this.victim));
  }

  crashAt(isDue: Strike['isDue'], committed: boolean): void {
    const { system } = this.engine;
    const crash = () => system.kill(actorNamed(system, this.victim), new Error('crashed'));
    this.store.strike = { isDue, committed, crash };
  }

  /** Lets the leg's order be decided. */
  async decide(): Promise<void> {
    if (this.side === 'BUY') await this.engine.trade();
    else await this.fill('BUY');
  }

  order(side = this.side): Order {
    const found = this.engine.exchange.orders.find((order) => order.side === side);
    if (found === undefined) throw new Error(`the exchange has no ${side}`);
    return found;
  }

  /** Only told, not shown: a fresh trader would take the print as its first trade. */
  async fill(side = this.side, quantity?: string): Promise<void> {
    await this.engine.exchange.tell(this.fillUntold(side, quantity));
  }

  fillUntold(side = this.side, quantity?: string) {
    const fields = quantity === undefined ? {} : { quantity };
    return this.engine.exchange.fillUntold(this.order(side), fields).report;
  }
}

interface Case {
  readonly point: string;
  readonly run: (stage: Stage) => Promise<void>;
}

const CASES: readonly Case[] = [
  {
    point: 'intent not committed',
    async run(stage) {
      stage.crashAt((leg) => leg?.request.side === stage.side, false);
      await stage.decide();
      // Neither the trade nor the fill is told again by a live market; the next trade, or the look-up, does as well.
      if (stage.side === 'BUY') await stage.engine.trade();
    },
  },
  {
    point: 'intent committed and not sent',
    async run(stage) {
      stage.crashAt((leg) => leg?.request.side === stage.side, true);
      await stage.decide();
    },
  },
  ...[true, false].map((arrived) => ({
    point: `sent and not answered, ${arrived ? 'arrived' : 'lost'}`,
    async run(stage: Stage) {
      stage.engine.exchange.expectOrder({ side: stage.side }, unanswered({ arrived }));
      await stage.decide();
      await stage.crash();
    },
  })),
  ...[true, false].map((committed) => ({
    point: `answered and ${committed ? '' : 'not '}committed`,
    async run(stage: Stage) {
      stage.crashAt((leg) => leg?.request.side === stage.side && leg.orderId !== null, committed);
      await stage.decide();
    },
  })),
  {
    point: 'filled while away',
    async run(stage) {
      await stage.decide();
      stage.fillUntold();
      await stage.crash();
    },
  },
  {
    point: 'filled while away, and told again after it',
    async run(stage) {
      await stage.decide();
      const report = stage.fillUntold();
      await stage.crash();
      await stage.engine.exchange.tell(report, report);
    },
  },
  {
    point: 'filled before the answer that never came',
    async run(stage) {
      stage.engine.exchange.expectOrder({ side: stage.side }, unanswered({ arrived: true }));
      await stage.decide();
      stage.fillUntold();
      await stage.crash();
    },
  },
  {
    point: 'between partial fills',
    async run(stage) {
      await stage.decide();
      for (const quantity of ['0.5', '0.7', '0.3']) {
        await stage.fill(stage.side, quantity);
        await stage.crash();
      }
    },
  },
  {
    point: 'partly filled while away',
    async run(stage) {
      await stage.decide();
      await stage.fill(stage.side, '0.5');
      const missed = stage.fillUntold(stage.side, '0.7');
      await stage.crash();
      const known = workingLeg(stage.engine.cycles.get(1).position);
      expect([known?.status, known?.filled.toFixed()]).toEqual(['PARTIALLY_FILLED', '1.2']);
      await stage.engine.exchange.tell(missed);
    },
  },
  ...[true, false].map((committed) => ({
    point: `a partial fill ${committed ? '' : 'not '}committed`,
    async run(stage: Stage) {
      stage.crashAt((leg) => leg?.request.side === stage.side && leg.filled.gt('0'), committed);
      await stage.decide();
      await stage.fill(stage.side, '0.5');
    },
  })),
  ...[true, false].map((committed) => ({
    point: `the last fill ${committed ? '' : 'not '}committed`,
    async run(stage: Stage) {
      const next = stage.side === 'BUY' ? 'selling' : 'closed';
      stage.crashAt((_leg, { phase }) => phase === next, committed);
      await stage.decide();
      await stage.fill(stage.side, '1.5');
      await stage.fill();
    },
  })),
];

const VICTIMS = ['Trader 1', 'Leader XRPUSDT', 'DynamicTraderSupervisor XRPUSDT', 'SymbolSupervisor XRPUSDT'];

it('a trader that dies as its intent is committed sends nothing more: its successor looks first', async () => {
  const stage = new Stage('Trader 1', 'BUY');
  const { exchange } = stage.engine;
  await stage.engine.startSymbol();
  stage.crashAt((leg) => leg !== null, true);
  exchange.inOrder(exchange.expectLookup(), exchange.expectOrder());
  await stage.decide();
  exchange.verify();
  await stage.engine.stop();
});

describe.each(VICTIMS)('a crash of %s buys once and sells once', (victim) => {
  let stage: Stage;
  afterEach(() => stage.engine.stop());

  describe.each(['BUY', 'SELL'] as const)('%s', (side) => {
    it.each(CASES)('$point', async ({ run }) => {
      stage = new Stage(victim, side);
      const { engine } = stage;
      const { exchange } = engine;
      exchange.allowLookups();
      exchange.allowOrders();
      await engine.startSymbol();
      if (side === 'SELL') await engine.trade();
      await run(stage);
      expect(stage.store.strike).toBeNull();

      for (const left of ['BUY', 'SELL'] as const)
        if (stage.order(left).status !== 'FILLED') await stage.fill(left);
      exchange.verify();
      const orders = exchange.orders.map(
        (order) => `${order.side} ${order.quantity.toFixed()} at ${order.price.toFixed()} ${order.status}`,
      );
      expect(orders).toEqual(['BUY 2 at 100 FILLED', 'SELL 2 at 101 FILLED']);
      expect(engine.ended).toMatchObject([{ id: 1, position: { result: { kind: 'sold' } } }]);
      expect(engine.cyclesOf()).toMatchObject([{ id: 2, position: { phase: 'flat' } }]);
      expect((await engine.tradersOf()).map(({ name }) => name)).toEqual(['Trader 2']);
    });
  });
});
