import type { DemoEvent, SymbolView } from '../../src/app/demo/view/demo-view.js';
import type { Shown } from '../../src/app/demo/view/frame.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { Order, Side } from '../../src/domain/order.js';
import type { ActorSnapshot } from '../../src/otp/index.js';

const decimal = (text: string): Decimal => new Decimal(text);

export function restingOrder(side: Side, orderId: number, price: string): Order {
  return {
    ...{ symbol: 'XRPUSDT', side, orderId, status: 'NEW', fills: [], createdTime: 1, updatedTime: 1 },
    clientOrderId: `h-abc-${orderId}-${side === 'BUY' ? 'B' : 'S'}1`,
    ...{ price: decimal(price), quantity: decimal('10'), executedQuantity: decimal('0') },
  };
}

export interface SymbolFacts {
  readonly resting?: readonly Order[];
  readonly firstPrice?: string;
  readonly lastPrice?: string;
  readonly profit?: string;
  /** Base and quote. */
  readonly change?: readonly [string, string];
}

/** A symbol that has seen 12,345 trades, of which 12,300 are stored. */
export const aSymbolView = (
  symbol: string,
  {
    resting = [],
    firstPrice = '0.4',
    lastPrice = '0.41',
    profit = '0.61095505',
    change = ['0', '0'],
  }: SymbolFacts = {},
): SymbolView => ({
  ...{ symbol, quoteAsset: 'USDT', seen: 12_345, stored: 12_300 },
  firstPrice: decimal(firstPrice),
  lastPrice: decimal(lastPrice),
  totals: {
    ...{ orders: 42, fills: 100, resting, cycles: 11, commissions: new Map() },
    realisedProfit: decimal(profit),
    change: { base: decimal(change[0]), quote: decimal(change[1]) },
  },
});

export const anActor = (
  name: string,
  children: readonly ActorSnapshot[] = [],
  restarts = 0,
): ActorSnapshot => ({
  kind: name.split(' ')[0] ?? '',
  ...{ name, path: name, mailbox: 0, running: false, handled: 1, restarts, uptimeMs: 1 },
  ...{ lastMessages: [], lastCrash: null, lastRestarts: [], children },
  state: /Supervisor|Hedgehog|Trading|Streaming/.test(name) ? { strategy: 'one_for_one' } : {},
});

/** Ten supervisors above one another and beside, as in the demo. */
export const aTree = (restarts = 0): readonly ActorSnapshot[] => [
  anActor('Hedgehog', [
    anActor('PubSub'),
    anActor('Database'),
    anActor('Trading', [
      anActor('DynamicSymbolSupervisor', [
        ...['XRPUSDT', 'DOGEUSDT', 'SOLUSDT'].map((symbol, index) =>
          anActor(`SymbolSupervisor ${symbol}`, [
            anActor(`DynamicTraderSupervisor ${symbol}`, [
              anActor(`Trader ${3 * index + 1}`),
              anActor(`Trader ${3 * index + 2}`, [], index === 1 ? restarts : 0),
            ]),
            anActor(`Leader ${symbol}`),
          ]),
        ),
      ]),
    ]),
    anActor('Streaming', [anActor('Streamer XRPUSDT'), anActor('Streamer SOLUSDT')]),
  ]),
];

export const anEvent = (text: string, atMs = 1_234): DemoEvent => ({
  ...{ atMs, text, symbol: 'XRPUSDT', tone: 'plain' },
});

export const aView = (change: Partial<Shown> = {}): Shown => ({
  elapsedMs: 12_345,
  isClosing: false,
  symbols: [
    aSymbolView('XRPUSDT', {
      resting: [
        restingOrder('SELL', 2, '0.42'),
        restingOrder('BUY', 3, '0.4059'),
        restingOrder('SELL', 4, '0.415'),
        restingOrder('SELL', 5, '0.416'),
      ],
      change: ['100', '-41.5'],
    }),
    aSymbolView('DOGEUSDT', { firstPrice: '0.5', lastPrice: '0.49' }),
    aSymbolView('SOLUSDT', { firstPrice: '50.1', lastPrice: '50.1', profit: '0' }),
  ],
  events: Array.from({ length: 12 }, (_, index) => anEvent(`order ${index} was filled`)),
  tree: aTree(),
  ...change,
});
