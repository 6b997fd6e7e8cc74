import type { IdRange } from '../../src/domain/id-range.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import {
  type Address,
  type ChildSpec,
  childSpec,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  subscribeTo,
} from '../../src/otp/index.js';
import { tradeEvents } from '../../src/ports/topics.js';
import type { TradeRecord } from '../../src/ports/trade-source.js';

/** What was published of each symbol's trades, by however many engines, one after the other. */
export class PublishedTrades implements TradeRecord {
  readonly ids = new Map<string, number[]>();
  readonly absent: (IdRange & { readonly symbol: string })[] = [];
  readonly missing: (IdRange & { readonly symbol: string })[] = [];

  constructor(private readonly symbols: readonly string[]) {}

  idsOf(symbol: string): readonly number[] {
    return this.ids.get(symbol) ?? [];
  }

  take({ symbol, tradeId }: TradeEvent): void {
    const known = this.ids.get(symbol);
    if (known === undefined) this.ids.set(symbol, [tradeId]);
    else known.push(tradeId);
  }

  async lastPublished(symbol: string): Promise<number | null> {
    return this.ids.get(symbol)?.at(-1) ?? null;
  }

  async recordMissing(symbol: string, ranges: readonly IdRange[]): Promise<void> {
    this.missing.push(...ranges.map((range) => ({ symbol, ...range })));
  }

  async recordAbsent(symbol: string, ranges: readonly IdRange[]): Promise<void> {
    this.absent.push(...ranges.map((range) => ({ symbol, ...range })));
  }

  /** Hears what one engine publishes. */
  listener(pubsub: Address<PubSubProtocol>): ChildSpec {
    return childSpec<ListenerProtocol>({
      id: 'PublishedTrades',
      server: Listener,
      arg: { trades: this, symbols: this.symbols, pubsub },
    });
  }
}

interface ListenerArg {
  readonly trades: PublishedTrades;
  readonly symbols: readonly string[];
  readonly pubsub: Address<PubSubProtocol>;
}

interface ListenerProtocol extends Protocol {
  readonly arg: ListenerArg;
  readonly state: ListenerArg;
  readonly info: TradeEvent;
  readonly continue: 'subscribe';
}

const Listener: GenServer<ListenerProtocol> = {
  kind: 'PublishedTrades',
  init: (arg) => ({ state: arg, continue: 'subscribe' }),
  continue(state, _note, self) {
    for (const symbol of state.symbols) subscribeTo(self, state.pubsub, tradeEvents(symbol), self);
    return { state };
  },
  info(state, message) {
    if (message.kind === 'trade-event') state.trades.take(message);
    return { state };
  },
};
