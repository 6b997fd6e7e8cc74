import type { Decimal } from '../domain/decimal.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { BinanceMock, type BinanceMockProtocol } from '../exchange/mock/binance-mock.js';
import type { AccountSetup } from '../exchange/simulator/api/accounts.js';
import type { ExchangeInfoDocument } from '../exchange/simulator/api/exchange-info-document.js';
import {
  type ApiServer,
  type ApiServerOptions,
  startApiServer,
} from '../exchange/simulator/api/http-server.js';
import type { LimitSettings } from '../exchange/simulator/api/rate-limits.js';
import { answerControl, isControl } from '../exchange/simulator/control/control-http.js';
import type { Fault } from '../exchange/simulator/faults/fault.js';
import { Market, type MarketMode, type MarketProtocol } from '../exchange/simulator/market/market.js';
import {
  SimulatorServer,
  type SimulatorServerProtocol,
} from '../exchange/simulator/server/simulator-server.js';
import { AccountTeller, type AccountTellerProtocol } from '../exchange/simulator/wire/account-teller.js';
import type { PeerLimits } from '../exchange/simulator/wire/peer.js';
import { TradeTeller, type TradeTellerProtocol } from '../exchange/simulator/wire/trade-teller.js';
import {
  ActorSystem,
  type ChildSpec,
  childSpec,
  describeExit,
  type ExitReason,
  namedSupervisor,
  PubSub,
  type PubSubProtocol,
  type SupervisorProtocol,
} from '../otp/index.js';
import { codeOf } from '../platform/error-facts.js';
import { InputError } from '../platform/input-error.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { NO_LEDGER } from '../ports/order-ledger.js';
import type { TradeFeed } from '../streaming/trade-feed.js';
import { type SimulatorAddresses, simulatorControl } from './simulator-control.js';
import { type SimulatorParts, simulatorParts } from './simulator-parts.js';

/** An account of the simulator, and what it has free to begin with. */
export interface SimulatedAccount extends AccountSetup {
  readonly balances: ReadonlyMap<string, Decimal>;
}

export interface SimulatorOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** On 127.0.0.1; 0 for any that is free. */
  readonly port: number;
  /** What the exchange lists, and the document that says so. */
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  readonly document: ExchangeInfoDocument;
  readonly accounts: readonly SimulatedAccount[];
  /** Where the trades of others come from, by symbol. A symbol without a feed is listed, and nobody else trades it. */
  readonly feeds: ReadonlyMap<string, TradeFeed>;
  readonly mode: MarketMode;
  readonly fillModel: 'book' | 'tape';
  /** Fraction of what a fill brings. */
  readonly commissionRate: Decimal;
  /** Of the faults' chances. */
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** These four default to Binance's. */
  readonly limits?: LimitSettings;
  readonly marketLimits?: PeerLimits;
  readonly apiLimits?: PeerLimits;
  /** Connections that an address may try to open within five minutes. */
  readonly mostAttempts?: number;
  /** The actors have ended: after a stop, or because one crashed that cannot be started again. */
  readonly onEnd?: (reason: ExitReason) => void;
}

export interface Simulator {
  readonly port: number;
  readonly system: ActorSystem;
  /** Stops the markets, tells and closes every connection, and ends the actors. */
  stop(): Promise<void>;
}

/**
 * A simulated Binance: markets, matching, REST, market streams, WebSocket API and the control endpoint, on one port.
 *
 * @throws InputError when the port cannot be had, or an account cannot be used
 */
export async function composeSimulator(options: SimulatorOptions): Promise<Simulator> {
  const system = aSystem(options);
  const at = addresses(system, options.feeds.keys());
  const parts = simulatorParts(options, system, at.mock);
  let { mode } = options;
  const control = simulatorControl(system, at, parts, (wanted) => {
    mode = wanted;
  });
  parts.pacing.hold(mode === 'step');
  const http = await listening({
    ...{ api: parts.api, clock: parts.clock, faults: parts.requestFaults, port: options.port },
    takes(request, response) {
      if (!isControl(request)) return false;
      void answerControl(control, request, response);
      return true;
    },
  });
  http.server.on('upgrade', parts.sockets.upgrade);
  const stop = async () => {
    await system.stop();
    await http.close();
    await Promise.all([...options.feeds.values()].map((feed) => feed.close()));
  };
  try {
    const children = exchangeSpecs(options, at, parts, http);
    // Started again, the exchange would have lost its orders and balances, and mislead whoever tests against it.
    system.spawn<SupervisorProtocol>(namedSupervisor(ROOT), { maxRestarts: 0, children }, ROOT);
    // It listens to the markets once it has answered; before, their first trades would be lost.
    await system.call(at.mock, 'commissionRate', '');
    const markets = marketSpecs(options, at, parts, () => mode);
    system.spawn<SupervisorProtocol>(namedSupervisor(MARKETS), { children: markets }, MARKETS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port: http.port, system, stop };
}

const ROOT = 'Simulator';
const MARKETS = 'Markets';
const PUBSUB = 'PubSub';
const MOCK = 'BinanceMock';
const TRADES = 'TradeTeller';
const ACCOUNTS = 'AccountTeller';
const marketName = (symbol: string): string => `Market ${symbol}`;

const aSystem = ({ clock, log, onEnd }: SimulatorOptions): ActorSystem =>
  new ActorSystem({
    clock,
    onCrash: ({ pid, during, error }) =>
      log.error(`${pid.path} crashed: ${error.message}`, { during, stack: error.stack ?? null }),
    onRootExit: (pid, reason) => {
      log[reason === 'shutdown' ? 'debug' : 'error'](`${pid.path} has ended: ${describeExit(reason)}`);
      onEnd?.(reason);
    },
  });

function addresses(system: ActorSystem, symbols: Iterable<string>): SimulatorAddresses {
  const { registry } = system;
  return {
    pubsub: registry.via<PubSubProtocol>(PUBSUB),
    mock: registry.via<BinanceMockProtocol>(MOCK),
    trades: registry.via<TradeTellerProtocol>(TRADES),
    accounts: registry.via<AccountTellerProtocol>(ACCOUNTS),
    markets: new Map(
      [...symbols].map((symbol) => [symbol, registry.via<MarketProtocol>(marketName(symbol))]),
    ),
  };
}

function exchangeSpecs(
  options: SimulatorOptions,
  { pubsub }: SimulatorAddresses,
  parts: SimulatorParts,
  { server }: ApiServer,
): readonly ChildSpec[] {
  const { symbols, fillModel, commissionRate } = options;
  const { clock, faults, pacing, listed, tradeLog, fanOut, api, users, placements, connections } = parts;
  return [
    childSpec<PubSubProtocol>({ id: PUBSUB, server: PubSub, arg: undefined, register: PUBSUB }),
    childSpec<BinanceMockProtocol>({
      id: MOCK,
      server: BinanceMock,
      arg: {
        symbols: [...symbols.keys()].map((symbol) => listed.live(symbol)),
        accounts: new Map(options.accounts.map(({ name, balances }) => [name, balances])),
        ...{ pubsub, pacing, clock, ledger: NO_LEDGER, fillModel, commissionRate, numbering: 'gapless' },
        referencePrice: (symbol) =>
          tradeLog.average(symbol, listed.live(symbol).percentPrice?.avgPriceMins ?? 0),
      },
      register: MOCK,
    }),
    childSpec<TradeTellerProtocol>({
      id: TRADES,
      server: TradeTeller,
      arg: { symbols: [...symbols.keys()], pubsub, tradeLog, fanOut, faults },
      register: TRADES,
    }),
    childSpec<AccountTellerProtocol>({
      id: ACCOUNTS,
      server: AccountTeller,
      arg: { accounts: parts.accounts.names, pubsub, api, users, faults, placements, clock },
      register: ACCOUNTS,
    }),
    childSpec<SimulatorServerProtocol>({
      id: 'SimulatorServer',
      server: SimulatorServer,
      arg: { server, connections, clock },
    }),
  ];
}

const marketSpecs = (
  { feeds }: SimulatorOptions,
  { pubsub }: SimulatorAddresses,
  { clock }: SimulatorParts,
  modeNow: () => MarketMode,
): readonly ChildSpec[] =>
  [...feeds].map(([symbol, feed]) =>
    childSpec<MarketProtocol>({
      id: marketName(symbol),
      server: Market,
      arg: { symbol, feed, pubsub, clock, modeNow },
      register: marketName(symbol),
    }),
  );

async function listening(options: ApiServerOptions): Promise<ApiServer> {
  try {
    return await startApiServer(options);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    throw new InputError(
      `port ${options.port}: another program listens there; allowed is a free port, or 0 for any`,
      { cause: error },
    );
  }
}
