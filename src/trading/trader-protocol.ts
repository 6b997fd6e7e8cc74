import type { ExecutionReport } from '../domain/execution-report.js';
import type { OrderRequest } from '../domain/order.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';
import type { Address, Protocol, Self } from '../otp/index.js';
import type { Cycle } from '../ports/cycle-store.js';
import type { UserDataResumed } from '../ports/topics.js';
import type { CycleTerms } from '../strategy/decide.js';
import type { Position } from '../strategy/position.js';
import type { TradingDeps } from './deps.js';
import type { ExchangeAnswer } from './exchange-requests.js';
import type { LeaderProtocol } from './leader.js';
import type { LookUps } from './look-ups.js';
import type { MarketNews } from './market-news.js';
import type { SymbolStanding } from './standing.js';

export interface TraderArg {
  readonly deps: TradingDeps;
  readonly cycle: Cycle;
  readonly info: SymbolInfo;
  readonly leader: Address<LeaderProtocol>;
  /** Where it notes what it waits for, for who looks on. */
  readonly standing: SymbolStanding;
}

export interface TraderState extends Omit<TraderArg, 'info'> {
  /** Its settings stay; the symbol's rules may change. */
  terms: CycleTerms;
  readonly lookUps: LookUps;
  position: Position;
  /** Without a clear yes. */
  failedCancels: number;
}

type TraderInfo =
  | TradeEvent
  | ExecutionReport
  | UserDataResumed
  | ExchangeAnswer
  | { readonly kind: 'place-again'; readonly request: OrderRequest }
  | { readonly kind: 'look-up-again'; readonly request: OrderRequest; readonly wait: number }
  | { readonly kind: 'cancel-again' };

export interface TraderProtocol extends Protocol {
  readonly arg: TraderArg;
  readonly state: TraderState;
  readonly calls: { position(nothing: null): Position };
  readonly casts: {
    readonly settingsChanged: null;
    readonly marketNews: MarketNews;
    readonly rebuyAnswered: null;
    readonly shutDown: null;
  };
  readonly info: TraderInfo;
  readonly continue: 'begin';
}

export type TraderSelf = Self<TraderProtocol>;
