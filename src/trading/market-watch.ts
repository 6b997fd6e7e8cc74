import type { Decimal } from '../domain/decimal.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import {
  type Address,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  type Self,
  subscribeTo,
} from '../otp/index.js';
import type { Exchange } from '../ports/exchange.js';
import { accountBalances, type BalancesChanged } from '../ports/topics.js';
import type { Funds } from '../strategy/funds.js';
import { FreeBalances } from './free-balances.js';
import type { LeaderProtocol } from './leader.js';

/**
 * MarketWatch: tells the Leaders of what has changed at a remote exchange: the rules of their symbols, what the account has, and
 * what it pays. Once in a while, so that what it sets going never runs in a circle.
 */
export interface MarketWatchArg {
  readonly pubsub: Address<PubSubProtocol>;
  readonly exchange: Pick<Exchange, 'symbolInfo' | 'commissionRate'>;
  readonly tradedSymbols: () => readonly string[];
  readonly leaderOf: (symbol: string) => Address<LeaderProtocol>;
}

interface MarketWatchState extends MarketWatchArg {
  readonly balances: FreeBalances;
  /** The round at which the commission of a symbol is to be asked for next. */
  readonly feeDue: Map<string, number>;
  round: number;
}

type Grown = ReadonlyMap<string, Decimal>;

export interface MarketWatchProtocol extends Protocol {
  readonly arg: MarketWatchArg;
  readonly state: MarketWatchState;
  readonly info:
    | BalancesChanged
    | { readonly kind: 'round' }
    | { readonly kind: 'rules'; readonly info: SymbolInfo | undefined; readonly grown: Grown }
    | { readonly kind: 'fee'; readonly symbol: string; readonly fee: Decimal | null }
    | { readonly kind: 'no-answer' };
}

type WatchSelf = Self<MarketWatchProtocol>;

const ROUND_MS = 60_000;
/** Rounds from one time that the commission of a symbol is told to the next: tiers change once a day. */
const FEE_ROUNDS = 360;
const FEE_RETRY_ROUNDS = 5;
/** Most symbols whose commission is asked for in a round, for each costs much of what one may ask. */
const FEES_AT_ONCE = 5;

function beginRound(state: MarketWatchState, self: WatchSelf): void {
  const { exchange, feeDue } = state;
  state.round++;
  self.sendAfter(ROUND_MS, { kind: 'round' });
  const symbols = state.tradedSymbols();
  const grown = state.balances.grown();
  for (const symbol of symbols) {
    self.pipe(
      exchange.symbolInfo(symbol),
      (info) => ({ kind: 'rules', info, grown }),
      () => ({ kind: 'no-answer' }),
    );
  }
  for (const symbol of feeDue.keys()) if (!symbols.includes(symbol)) feeDue.delete(symbol);
  const due = symbols.filter((symbol) => (feeDue.get(symbol) ?? 0) <= state.round);
  for (const symbol of due.slice(0, FEES_AT_ONCE)) {
    // Unless it is told. One that cannot be had comes behind the others.
    feeDue.set(symbol, state.round + FEE_RETRY_ROUNDS);
    self.pipe(
      exchange.commissionRate(symbol),
      (fee) => ({ kind: 'fee', symbol, fee }),
      () => ({ kind: 'no-answer' }),
    );
  }
}

/** Null when there is more of neither. */
function fundsOf({ baseAsset, quoteAsset }: SymbolInfo, grown: Grown): Funds | null {
  const funds = { base: grown.get(baseAsset) ?? null, quote: grown.get(quoteAsset) ?? null };
  return funds.base === null && funds.quote === null ? null : funds;
}

export const MarketWatch: GenServer<MarketWatchProtocol> = {
  kind: 'MarketWatch',
  init(arg, self) {
    subscribeTo(self, arg.pubsub, accountBalances, self);
    self.sendAfter(ROUND_MS, { kind: 'round' });
    return { state: { ...arg, balances: new FreeBalances(), feeDue: new Map(), round: 0 } };
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'balances-changed':
        state.balances.take(message.balances);
        break;
      case 'round':
        beginRound(state, self);
        break;
      case 'rules': {
        const { info, grown } = message;
        if (info === undefined) break;
        self.cast(state.leaderOf(info.symbol), 'marketNews', { info, funds: fundsOf(info, grown) });
        break;
      }
      case 'fee':
        if (message.fee === null) break;
        state.feeDue.set(message.symbol, state.round + FEE_ROUNDS);
        self.cast(state.leaderOf(message.symbol), 'feeTold', message.fee);
        break;
      case 'no-answer':
      case 'down':
        break;
    }
    return { state };
  },
  inspect: ({ round, feeDue }) => ({ round, feesAskedFor: feeDue.size }),
};
