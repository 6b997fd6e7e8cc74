import type { Clock } from '../../../ports/clock.js';
import type { Params } from '../request-faults.js';
import type { TradeLog } from '../trade-log.js';
import type { Accounts } from './accounts.js';
import type { Json, Via } from './api-types.js';
import type { CancelIds } from './cancel-ids.js';
import type { ExchangeInfoDocument } from './exchange-info-document.js';
import type { MatchingExchange } from './matching-exchange.js';
import type { ParamSpec } from './params.js';
import type { RateLimits } from './rate-limits.js';

/** What the endpoints stand on, the same for every request. */
export interface Grounds {
  readonly exchange: MatchingExchange;
  readonly trades: TradeLog;
  readonly accounts: Accounts;
  readonly limits: RateLimits;
  readonly cancelIds: CancelIds;
  readonly clock: Clock;
  /** A client order id for whoever chose none: 1 to 36 of `A-Za-z0-9-_`, never the same twice. */
  readonly newId: () => string;
  /** As it is now: symbols may change while the simulator runs. */
  readonly exchangeInfo: () => ExchangeInfoDocument;
  /** Whether a cancelled order is still found by the client order id that it had before. */
  readonly cancelledFoundByOldId: boolean;
  /** When something of the account last changed, Unix milliseconds; 0 for never. */
  readonly lastAccountUpdate: (account: string) => number;
}

/** One request that was let in. */
export interface Call {
  readonly params: Params;
  readonly via: Via;
  /** Empty for public endpoints. */
  readonly account: string;
  /** A time of the answer, given in Unix milliseconds, in the unit that was asked for. */
  readonly stamp: (ms: number) => number;
}

export interface Endpoint extends ParamSpec {
  readonly security: 'NONE' | 'TRADE' | 'USER_DATA';
  readonly weight: number | ((params: Params) => number);
  /** Whether a request that succeeds weighs nothing. */
  readonly freeWhenDone?: true;
  /** Whether the answer tells how many orders are counted. */
  readonly countsOrders?: true;
  /** What must be there depending on other parameters; throws a Refusal. */
  readonly check?: (params: Params) => void;
  readonly run: (on: Grounds, call: Call) => Json | Promise<Json>;
}

export type Endpoints = Readonly<Record<string, Endpoint>>;
