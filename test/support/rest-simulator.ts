import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { AccountEvent } from '../../src/domain/account.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { parseExchangeInfo } from '../../src/exchange/exchange-info.js';
import { BinanceMock, type BinanceMockProtocol } from '../../src/exchange/mock/binance-mock.js';
import { type AccountSetup, Accounts, DEMO_ACCOUNT } from '../../src/exchange/simulator/api/accounts.js';
import type { ExchangeInfoDocument } from '../../src/exchange/simulator/api/exchange-info-document.js';
import { type ApiServer, startApiServer } from '../../src/exchange/simulator/api/http-server.js';
import { matchingExchange } from '../../src/exchange/simulator/api/matching-exchange.js';
import { BINANCE_LIMITS, type LimitSettings } from '../../src/exchange/simulator/api/rate-limits.js';
import { SimulatorApi } from '../../src/exchange/simulator/api/simulator-api.js';
import { MemoryTradeLog } from '../../src/exchange/simulator/memory-trade-log.js';
import type { RequestFault, RequestFaults } from '../../src/exchange/simulator/request-faults.js';
import { SkewedClock } from '../../src/exchange/simulator/skewed-clock.js';
import {
  type ActorSystem,
  type GenServer,
  type Pid,
  type Protocol,
  PubSub,
  type PubSubProtocol,
  publish,
  subscribeTo,
} from '../../src/otp/index.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import type { Clock } from '../../src/ports/clock.js';
import { NO_LEDGER } from '../../src/ports/order-ledger.js';
import { UNPACED } from '../../src/ports/pacing.js';
import { accountEvents, market, tradeEvents } from '../../src/ports/topics.js';
import { aSystem, settle } from './actors.js';

export const START_MS = 1_784_246_400_000;
export const DEMO = DEMO_ACCOUNT.keys[0] as { apiKey: string; secret: string };

const filters = [
  {
    filterType: 'PRICE_FILTER',
    minPrice: '0.01000000',
    maxPrice: '1000000.00000000',
    tickSize: '0.01000000',
  },
  { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
  {
    filterType: 'PERCENT_PRICE_BY_SIDE',
    ...{ bidMultiplierUp: '5', bidMultiplierDown: '0.2', askMultiplierUp: '5', askMultiplierDown: '0.2' },
    avgPriceMins: 5,
  },
  { filterType: 'NOTIONAL', minNotional: '5.00000000', maxNotional: '9000000.00000000', avgPriceMins: 5 },
  { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 3 },
  { filterType: 'MAX_POSITION', maxPosition: '20.00000000' },
];

const aSymbol = (baseAsset: string, symbol = `${baseAsset}USDT`, rest: object = {}) => ({
  symbol,
  status: 'TRADING',
  baseAsset,
  baseAssetPrecision: 8,
  quoteAsset: 'USDT',
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  baseCommissionPrecision: 8,
  quoteCommissionPrecision: 8,
  orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
  icebergAllowed: true,
  ocoAllowed: true,
  isSpotTradingAllowed: true,
  isMarginTradingAllowed: false,
  filters: filters.slice(0, 4),
  permissions: [],
  permissionSets: [['SPOT']],
  defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
  allowedSelfTradePreventionModes: ['EXPIRE_MAKER'],
  ...rest,
});

export const NON_ASCII = '１２３４５６';

export const DOCUMENT: ExchangeInfoDocument = {
  exchangeFilters: [],
  symbols: [
    aSymbol('BTC'),
    aSymbol('XRP', 'XRPUSDT', { filters }),
    aSymbol('ETH', 'ETHUSDT', { status: 'HALT' }),
    aSymbol('LEV', 'LEVUSDT', { permissionSets: [['TRD_GRP_003']] }),
    aSymbol('SIX', NON_ASCII),
  ],
};

interface ListenerProtocol extends Protocol {
  readonly arg: (message: TradeEvent | AccountEvent) => void;
  readonly state: (message: TradeEvent | AccountEvent) => void;
  readonly info: TradeEvent | AccountEvent;
}
const Listener: GenServer<ListenerProtocol> = {
  kind: 'Listener',
  init: (state) => ({ state }),
  info(state, message) {
    if (message.kind !== 'down') state(message);
    return { state };
  },
};

export interface SimulatorOptions {
  readonly limits?: LimitSettings;
  readonly accounts?: readonly AccountSetup[];
  readonly cancelledFoundByOldId?: boolean;
  readonly longestBody?: number;
  /** Default: the simulated clock. */
  readonly serverClock?: Clock;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it.
  readonly body: any;
  readonly text: string;
  readonly headers: Headers;
}

export type Given = Readonly<Record<string, string | number>>;
export type Signer = (payload: string) => string;

export const hmac =
  (secret: string): Signer =>
  (payload) =>
    createHmac('sha256', secret).update(payload, 'utf8').digest('hex');
export const pair = (kind: 'ed25519' | 'rsa'): { publicKeyPem: string; sign: Signer } => {
  const { publicKey, privateKey } =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const digest = kind === 'rsa' ? 'sha256' : null;
  return {
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (payload) => sign(digest, Buffer.from(payload, 'utf8'), privateKey).toString('base64'),
  };
};

export const encoded = (given: Given): string =>
  Object.entries(given)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

/** The REST simulator over HTTP on a simulated clock, with the accounts `demo` and `other`, and a client for it. */
export class RestSimulator {
  readonly faults: RequestFault[] = [];
  readonly faulted: string[] = [];
  readonly events: AccountEvent[] = [];
  readonly defects: unknown[] = [];

  private constructor(
    readonly clock: SimClock,
    readonly serverClock: SkewedClock,
    readonly system: ActorSystem,
    readonly pubsub: Pid<PubSubProtocol>,
    readonly mock: Pid<BinanceMockProtocol>,
    readonly accounts: Accounts,
    readonly trades: MemoryTradeLog,
    readonly api: SimulatorApi,
    readonly server: ApiServer,
  ) {}

  static async start(options: SimulatorOptions = {}): Promise<RestSimulator> {
    const { system } = aSystem();
    const clock = new SimClock(START_MS);
    const serverClock = new SkewedClock(options.serverClock ?? clock);
    const accounts = new Accounts(options.accounts ?? [DEMO_ACCOUNT, OTHER_ACCOUNT]);
    const trades = new MemoryTradeLog(serverClock);
    const pubsub = system.spawn<PubSubProtocol>(PubSub, undefined, 'PubSub');
    const funds = new Map([
      ['USDT', new Decimal('1000')],
      ['BTC', new Decimal('2')],
      ['XRP', new Decimal('10')],
      ['BNB', new Decimal('0')],
    ]);
    const averageOf = new Map(
      [...parseExchangeInfo(DOCUMENT, 'test').values()].map(({ symbol, percentPrice }) => [
        symbol,
        percentPrice?.avgPriceMins ?? 5,
      ]),
    );
    const mock = system.spawn<BinanceMockProtocol>(
      BinanceMock,
      {
        symbols: parseExchangeInfo(DOCUMENT, 'test').values(),
        pubsub,
        pacing: UNPACED,
        clock: serverClock,
        ledger: NO_LEDGER,
        fillModel: 'tape',
        numbering: 'gapless',
        commissionRate: new Decimal('0.001'),
        accounts: new Map(accounts.names.map((name) => [name, funds])),
        referencePrice: (symbol) => trades.average(symbol, averageOf.get(symbol) ?? 5),
      },
      'BinanceMock',
    );
    let ids = 0;
    const faults: RequestFaults = {
      next(endpoint) {
        const fault = simulator.faults.shift() ?? null;
        if (fault !== null) simulator.faulted.push(endpoint);
        return fault;
      },
    };
    const api: SimulatorApi = new SimulatorApi({
      exchange: matchingExchange(system, mock),
      trades,
      accounts,
      limits: options.limits ?? BINANCE_LIMITS,
      clock: serverClock,
      newId: () => `sim-${++ids}`,
      exchangeInfo: () => DOCUMENT,
      onDefect: (error) => simulator.defects.push(error),
      cancelledFoundByOldId: options.cancelledFoundByOldId ?? true,
    });
    const server = await startApiServer({
      api,
      faults,
      clock: serverClock,
      port: 0,
      ...(options.longestBody === undefined ? {} : { longestBody: options.longestBody }),
    });
    const simulator = new RestSimulator(
      clock,
      serverClock,
      system,
      pubsub,
      mock,
      accounts,
      trades,
      api,
      server,
    );
    const listener = system.spawn(
      Listener,
      (message) => {
        if (message.kind === 'trade-event') return trades.take(message);
        simulator.events.push(message);
        api.take(message);
      },
      'listener',
    );
    for (const { symbol } of DOCUMENT.symbols) subscribeTo(system, pubsub, tradeEvents(symbol), listener);
    for (const name of accounts.names) subscribeTo(system, pubsub, accountEvents(name), listener);
    await settle(system);
    return simulator;
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.system.stop();
  }

  /** A trade of others, taken in by everyone when this resolves. */
  async trade(price: string, quantity = '1', symbol = 'BTCUSDT', buyerIsMaker = false): Promise<void> {
    const now = this.serverClock.wallMs();
    const event: TradeEvent = {
      ...{ kind: 'trade-event', symbol, tradeId: 0, buyerIsMaker, origin: 'exchange' },
      ...{ price: new Decimal(price), quantity: new Decimal(quantity), tradeTime: now, eventTime: now },
    };
    publish(this.system, this.pubsub, market(symbol), event);
    await settle(this.system);
  }

  /** Sends text as it stands. */
  async raw(
    method: string,
    pathAndQuery: string,
    init: { body?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.server.port}${pathAndQuery}`, { method, ...init });
    const text = await response.text();
    await settle(this.system);
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
    return {
      status: response.status,
      body: isJson ? JSON.parse(text) : undefined,
      text,
      headers: response.headers,
    };
  }

  get(path: string, given: Given = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.raw('GET', `/api/v3/${path}?${encoded(given)}`, { headers });
  }

  /** A signed request of `demo`, all in the query string. */
  signed(endpoint: string, given: Given = {}, as: SignsAs = {}): Promise<Answer> {
    const [method = '', path = ''] = endpoint.split(' ');
    const { apiKey = DEMO.apiKey, sign: signer = hmac(DEMO.secret), headers = {} } = as;
    const query = encoded({ timestamp: this.clock.wallMs(), ...given });
    const signature = encodeURIComponent(signer(query));
    const all = { 'X-MBX-APIKEY': apiKey, ...headers };
    return this.raw(method, `/api/v3/${path}?${query}&signature=${signature}`, { headers: all });
  }

  order(given: Given = {}, as: SignsAs = {}): Promise<Answer> {
    return this.signed('POST order', { ...LIMIT_BUY, ...given }, as);
  }
}

export interface SignsAs {
  readonly apiKey?: string;
  readonly sign?: Signer;
  readonly headers?: Readonly<Record<string, string>>;
}

export const OTHER_ACCOUNT: AccountSetup = {
  name: 'other',
  keys: [{ kind: 'hmac', apiKey: 'o'.repeat(64), secret: 'the secret of the other account' }],
};
export const OTHER: SignsAs = { apiKey: 'o'.repeat(64), sign: hmac('the secret of the other account') };

export const LIMIT_BUY = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.5',
  price: '100.00',
};

export const without = (given: Given, ...names: readonly string[]): Given =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));

export const error = (code: number, msg: string, status = 400) => ({ status, body: { code, msg } });
