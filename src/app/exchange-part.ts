import type { SymbolInfo } from '../domain/symbol-info.js';
import { BinanceMock, type BinanceMockArg, type BinanceMockProtocol } from '../exchange/mock/binance-mock.js';
import { mockExchange } from '../exchange/mock/mock-exchange.js';
import { type ActorSystem, type ChildSpec, childSpec, type PubSubProtocol, type Via } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Exchange } from '../ports/exchange.js';
import type { Log } from '../ports/log.js';
import { NO_LEDGER } from '../ports/order-ledger.js';
import type { Pacing } from '../ports/pacing.js';

/** An exchange behind its port, and the actors that it consists of, in the order of their start. */
export interface ExchangePart {
  readonly exchange: Exchange;
  readonly specs: readonly ChildSpec[];
}

/** What an exchange is built into. */
export interface ExchangeSite {
  readonly system: ActorSystem;
  readonly pubsub: Via<PubSubProtocol>;
  readonly pacing: Pacing;
  readonly clock: Clock;
  readonly log: Log;
}

export type BuildExchange = (site: ExchangeSite) => ExchangePart;

/** What may be chosen of the exchange in the process. */
export interface MockOptions
  extends Partial<Omit<BinanceMockArg, 'symbols' | 'pubsub' | 'pacing' | 'clock'>> {
  /** What it lists. */
  readonly symbols: Iterable<SymbolInfo>;
}

const MOCK = 'BinanceMock';

/** The exchange that lives in the process; its orders are kept nowhere unless it is given a ledger. */
export const mockPart =
  ({ symbols, ...options }: MockOptions): BuildExchange =>
  ({ system, pubsub, pacing, clock }) => ({
    exchange: mockExchange(system, system.registry.via<BinanceMockProtocol>(MOCK)),
    specs: [
      childSpec<BinanceMockProtocol>({
        id: MOCK,
        server: BinanceMock,
        arg: { ledger: NO_LEDGER, ...options, symbols: [...symbols], pubsub, pacing, clock },
        register: MOCK,
      }),
    ],
  });
