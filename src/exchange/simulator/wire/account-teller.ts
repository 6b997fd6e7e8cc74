import type { AccountEvent, Balance } from '../../../domain/account.js';
import type { Decimal } from '../../../domain/decimal.js';
import {
  type Address,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  type Self,
  subscribeTo,
} from '../../../otp/index.js';
import type { Clock } from '../../../ports/clock.js';
import { accountEvents } from '../../../ports/topics.js';
import type { Api } from '../api/api-types.js';
import type { ArmedFaults } from '../faults/armed-faults.js';
import type { Placements } from '../faults/placements.js';
import { spoiled } from './spoiled.js';
import { balanceUpdate, executionReport, outboundAccountPosition } from './user-event-payloads.js';
import type { UserStreams } from './user-streams.js';

/** AccountTeller: takes what happens to each account to its user data streams, in the order in which it happens. */
export interface AccountTellerArg {
  readonly accounts: readonly string[];
  readonly pubsub: Address<PubSubProtocol>;
  readonly api: Pick<Api, 'take' | 'currentClientOrderId' | 'selfTradePreventionMode'>;
  readonly users: UserStreams;
  readonly faults: ArmedFaults;
  readonly placements: Placements;
  /** The exchange's, as its clients see it. */
  readonly clock: Clock;
}

/** What came to an account from outside, and what it has of the asset now. */
export interface Deposited {
  readonly account: string;
  readonly amount: Decimal;
  readonly balance: Balance;
}

interface AccountTellerState extends Omit<AccountTellerArg, 'accounts' | 'pubsub'> {
  /** Account -> what is told after its next event. */
  readonly swapped: Map<string, AccountEvent>;
  told: number;
}

export interface AccountTellerProtocol extends Protocol {
  readonly arg: AccountTellerArg;
  readonly state: AccountTellerState;
  /** Answers once everything that came before has been told. */
  readonly calls: { settled(nothing: null): null };
  readonly casts: { readonly deposited: Deposited };
  readonly info: AccountEvent | { readonly kind: 'overdue'; readonly event: AccountEvent };
}

type TellerSelf = Self<AccountTellerProtocol>;

function take(state: AccountTellerState, event: AccountEvent, self: TellerSelf): void {
  const { account, report } = event;
  const { api, faults, placements, clock } = state;
  api.take(event);
  placements.note(report, clock.monotonicMs());
  const facts = { account, symbol: report.symbol, executionType: typeOf(event) };
  const delay = faults.occasion('delay-report', facts);
  if (delay !== null) {
    self.sendAfter(delay.delayMs, { kind: 'overdue', event });
    return;
  }
  if (!state.swapped.has(account) && faults.occasion('swap-reports', facts) !== null) {
    state.swapped.set(account, event);
    return;
  }
  tell(state, event);
  const late = state.swapped.get(account);
  if (late === undefined) return;
  state.swapped.delete(account);
  tell(state, late);
}

function tell(state: AccountTellerState, event: AccountEvent): void {
  const { account, report } = event;
  const facts = { account, symbol: report.symbol, executionType: typeOf(event) };
  if (state.faults.occasion('lose-report', facts) === null) {
    tellReport(state, event, state.faults.occasion('malformed-report', facts) !== null);
    if (state.faults.occasion('double-report', facts) !== null) tellReport(state, event, false);
  }
  const nowMs = state.clock.wallMs();
  state.users.tell(account, (unit) =>
    outboundAccountPosition(event.balances, report.transactTime, nowMs, unit),
  );
  state.told++;
}

function tellReport(
  { users, api, clock }: AccountTellerState,
  event: AccountEvent,
  isSpoiled: boolean,
): void {
  const { account, order } = event;
  const facts = {
    clientOrderId: api.currentClientOrderId(account, order),
    selfTradePreventionMode: api.selfTradePreventionMode(order.symbol),
  };
  const nowMs = clock.wallMs();
  users.tell(account, (unit) => executionReport(event, facts, nowMs, unit), isSpoiled ? spoiled : undefined);
}

/** Those that a fault may name; there are no others of limit orders, good till cancelled. */
const typeOf = ({ report }: AccountEvent) => report.executionType as 'NEW' | 'TRADE' | 'CANCELED';

export const AccountTeller: GenServer<AccountTellerProtocol> = {
  kind: 'AccountTeller',
  init({ accounts, pubsub, ...state }, self) {
    for (const account of accounts) subscribeTo(self, pubsub, accountEvents(account), self);
    return { state: { ...state, swapped: new Map(), told: 0 } };
  },
  calls: { settled: (state) => ({ state, reply: null }) },
  casts: {
    deposited(state, { account, amount, balance }) {
      const nowMs = state.clock.wallMs();
      state.users.tell(account, (unit) => balanceUpdate(balance.asset, amount, nowMs, unit));
      state.users.tell(account, (unit) => outboundAccountPosition([balance], nowMs, nowMs, unit));
      return { state };
    },
  },
  info(state, message, self) {
    if (message.kind === 'account-event') take(state, message, self);
    else if (message.kind === 'overdue') tell(state, message.event);
    return { state };
  },
  inspect: ({ told }) => ({ told }),
};
