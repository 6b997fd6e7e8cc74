import type { ExecutionReport } from '../domain/execution-report.js';
import type { Order, OrderRequest } from '../domain/order.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';
import type { BinanceMockProtocol } from '../exchange/mock/binance-mock.js';
import { mockExchange } from '../exchange/mock/mock-exchange.js';
import {
  type ActorSystem,
  type Address,
  type Answer,
  type ChildSpec,
  childSpec,
  type GenServer,
  type PendingCall,
  type Pid,
  type Protocol,
  type PubSubProtocol,
  publish,
  type Self,
  type Via,
} from '../otp/index.js';
import type { Exchange } from '../ports/exchange.js';
import { executions, tradeEvents, type UserDataResumed, userData } from '../ports/topics.js';
import { type CancelAnswer, found, type LookupAnswer, type PlaceAnswer, placed } from './answers.js';
import { decimal } from './builders.js';
import {
  type Answers,
  Expectation,
  type KeyMatch,
  type KeyRequest,
  type OrderMatch,
  type RequestKind,
  type Requests,
} from './expectation.js';
import type { Fill, FillFields } from './ledger.js';
import { CRASH, Script, SILENCE } from './script.js';
import { settleActors } from './settle.js';

/** What the exchange makes public or tells the owner of an order. */
export type Told = ExecutionReport | TradeEvent;

interface MockedExchangeArg {
  readonly script: Script;
  readonly pubsub: Address<PubSubProtocol>;
}

export interface MockedExchangeProtocol extends Protocol {
  readonly arg: MockedExchangeArg;
  readonly state: MockedExchangeArg;
  readonly calls: Omit<BinanceMockProtocol['calls'], 'orders' | 'balances' | 'deposit'>;
  readonly casts: {
    readonly tell: readonly (Told | UserDataResumed)[];
    readonly answer: { readonly expectation: Expectation; readonly answer: Answers[RequestKind] };
  };
}

type State = MockedExchangeProtocol['state'];

/** What the script says to this request: the reply, nothing, or a crash. */
function reply<K extends RequestKind>(
  script: Script,
  { kind, request, late }: { readonly kind: K; readonly request: Requests[K]; readonly late: boolean },
  answer: Answers[K] | undefined,
) {
  switch (kind) {
    case 'placeOrder':
      return script.place(answer as PlaceAnswer, request as Requests['placeOrder'], late);
    case 'cancelOrder':
      return script.cancel(answer as CancelAnswer, request as Requests['cancelOrder']);
    default:
      return script.lookUp(answer as LookupAnswer, request as Requests['getOrder']);
  }
}

function onRequest<K extends RequestKind, Outcome>(
  state: State,
  kind: K,
  request: Requests[K],
  from: PendingCall<Outcome>,
): Answer<MockedExchangeProtocol, Outcome> {
  const expectation = state.script.take(kind, request);
  const outcome = reply(state.script, { kind, request, late: false }, expectation?.answer);
  if (outcome === CRASH) throw new Error(`the mocked exchange crashes over ${kind}, as it was told to`);
  if (outcome !== SILENCE) return { state, reply: outcome as Outcome };
  if (expectation !== undefined) expectation.held = from;
  return { state, noReply: true };
}

function tell(
  { pubsub }: State,
  messages: readonly (Told | UserDataResumed)[],
  self: Self<MockedExchangeProtocol>,
): void {
  for (const message of messages) {
    if (message.kind === 'user-data-resumed') publish(self, pubsub, userData, message);
    else if (message.kind === 'execution-report') publish(self, pubsub, executions(message.symbol), message);
    else publish(self, pubsub, tradeEvents(message.symbol), message);
  }
}

const MockedExchangeActor: GenServer<MockedExchangeProtocol> = {
  kind: 'MockedExchange',
  init: (arg) => ({ state: arg }),
  calls: {
    symbolInfo: (state, symbol) => ({ state, reply: state.script.symbolInfo(symbol) }),
    placeOrder: (state, request, _self, from) => onRequest(state, 'placeOrder', request, from),
    cancelOrder: (state, request, _self, from) => onRequest(state, 'cancelOrder', request, from),
    getOrder: (state, request, _self, from) => onRequest(state, 'getOrder', request, from),
    openOrders: (state, { symbol }) => ({ state, reply: state.script.ledger.open(symbol) }),
    commissionRate: (state) => ({ state, reply: state.script.commissionRate }),
  },
  casts: {
    tell(state, messages, self) {
      tell(state, messages, self);
      return { state };
    },
    answer(state, { expectation, answer }) {
      const outcome = reply(
        state.script,
        { kind: expectation.kind, request: expectation.request, late: true },
        answer,
      );
      if (outcome === CRASH) throw new Error('the mocked exchange crashes, as it was told to');
      if (outcome !== SILENCE) expectation.held?.reply(outcome);
      return { state };
    },
  },
  inspect: ({ script: { expectations, requests, ledger } }) => ({
    expectations: expectations.length,
    met: expectations.filter(({ met }) => met).length,
    requests: requests.length,
    orders: ledger.all().length,
  }),
};

const NAME = 'MockedExchange';

/**
 * A mocked exchange: an actor behind the `Exchange` port that is asked what a test expects, answers what the test says, and
 * tells of fills when the test says so. It tells nothing by itself.
 *
 * Expectations are met in any order, each once, unless `inOrder` says otherwise. A request that meets none is answered with a
 * rejection (a look-up: not available now) and remembered for `verify`. Symbols and open orders are answered as they are known.
 *
 * Methods that tell something resolve when every actor has dealt with it.
 */
export class MockedExchange {
  /** What actors are given. */
  readonly port: Exchange;
  private readonly address: Via<MockedExchangeProtocol>;
  private readonly script: Script;
  private readonly listed: Map<string, SymbolInfo>;

  /** @param symbols what it lists */
  constructor(
    private readonly system: ActorSystem,
    private readonly pubsub: Address<PubSubProtocol>,
    symbols: Iterable<SymbolInfo>,
  ) {
    this.listed = new Map([...symbols].map((info) => [info.symbol, info]));
    this.script = new Script(this.listed, () => system.clock.wallMs());
    this.address = system.registry.via<MockedExchangeProtocol>(NAME);
    // It takes the same calls as BinanceMock, so the same adapter fits.
    const address: Via = this.address;
    this.port = mockExchange(system, address);
  }

  /** How a supervisor starts its actor, under the registered name `MockedExchange`. */
  spec(): ChildSpec<MockedExchangeProtocol> {
    return childSpec<MockedExchangeProtocol>({
      id: NAME,
      server: MockedExchangeActor,
      arg: { script: this.script, pubsub: this.pubsub },
      register: NAME,
    });
  }

  /** The running actor; undefined while it has crashed. */
  get pid(): Pid<MockedExchangeProtocol> | undefined {
    return this.address.whereis();
  }

  // ---- what it must be asked

  /** An order that must be placed. */
  expectOrder(wanted: OrderMatch = {}, answer: PlaceAnswer = placed()): Expectation<'placeOrder'> {
    return this.script.expect(new Expectation('placeOrder', answer, wanted));
  }

  /** A look-up that must come; answered with the order as this exchange knows it, unless told otherwise. */
  expectLookup(wanted: KeyMatch = {}, answer: LookupAnswer = found()): Expectation<'getOrder'> {
    return this.script.expect(new Expectation('getOrder', answer, wanted));
  }

  /** A cancel that must come. */
  expectCancel(
    wanted: KeyMatch = {},
    answer: CancelAnswer = { kind: 'cancelled' },
  ): Expectation<'cancelOrder'> {
    return this.script.expect(new Expectation('cancelOrder', answer, wanted));
  }

  /** Any number of such orders may be placed, and need not be. What is expected goes first. */
  allowOrders(wanted: OrderMatch = {}, answer: PlaceAnswer = placed()): void {
    this.script.expect(new Expectation('placeOrder', answer, wanted, true));
  }

  /** Any number of cancels may come, and need not. What is expected goes first. */
  allowCancels(answer: CancelAnswer = { kind: 'cancelled' }): void {
    this.script.expect(new Expectation('cancelOrder', answer, {}, true));
  }

  /** Any number of look-ups may come; they are answered with the order as this exchange knows it, unless told otherwise. */
  allowLookups(answer: LookupAnswer = found()): void {
    this.script.expect(new Expectation('getOrder', answer, {}, true));
  }

  /** Each of these must be met after those before it. */
  inOrder(...expectations: readonly Expectation[]): void {
    for (const [index, expectation] of expectations.entries())
      expectation.after.push(...expectations.slice(0, index));
  }

  /** Changes the rules of a symbol, or lists one more. */
  list(info: SymbolInfo): void {
    this.listed.set(info.symbol, info);
  }

  /** The rules of a symbol as they stand; undefined when it is not listed. */
  symbolInfo(symbol: string): SymbolInfo | undefined {
    return this.listed.get(symbol);
  }

  /** From now on this is what one side of a cycle costs, a fraction as decimal text; at first it is not known. */
  chargeCommission(rate: string): void {
    this.script.commissionRate = decimal(rate);
  }

  // ---- what it was asked

  /** Every order it has taken, as it stands, by ascending order id. */
  get orders(): readonly Order[] {
    return this.script.ledger.all();
  }

  /** The requests for orders so far, in order of arrival, whatever was answered. */
  get orderRequests(): readonly OrderRequest[] {
    return this.script.requests
      .filter(({ kind }) => kind === 'placeOrder')
      .map(({ request }) => request as OrderRequest);
  }

  /** The look-ups so far, in order of arrival, whatever was answered. */
  get lookupRequests(): readonly KeyRequest[] {
    return this.script.requests
      .filter(({ kind }) => kind === 'getOrder')
      .map(({ request }) => request as KeyRequest);
  }

  /** The cancels so far, in order of arrival, whatever was answered. */
  get cancelRequests(): readonly KeyRequest[] {
    return this.script.requests
      .filter(({ kind }) => kind === 'cancelOrder')
      .map(({ request }) => request as KeyRequest);
  }

  /** The order that met the expectation, as it stands. Throws while there is none. */
  orderOf(order: Expectation<'placeOrder'> | OrderRequest): Order {
    const { clientOrderId } = order instanceof Expectation ? order.request : order;
    const known = this.script.ledger.byClientOrderId(clientOrderId);
    if (known === undefined) throw new Error(`the exchange has no order ${clientOrderId}`);
    return known;
  }

  /** @throws Error that lists what was expected and did not come, and what came and was not expected */
  verify(): void {
    this.script.verify();
  }

  // ---- what it tells

  /** Ends the silence on a request that was left unanswered. */
  answer<K extends RequestKind>(expectation: Expectation<K>, answer: Answers[K]): Promise<void> {
    const held = expectation as unknown as Expectation;
    this.system.cast(this.address, 'answer', { expectation: held, answer });
    return this.settle();
  }

  /** Reports that the order was taken. */
  async reportNew(order: Expectation<'placeOrder'> | OrderRequest): Promise<ExecutionReport> {
    const report = this.script.ledger.taken(this.orderOf(order));
    await this.tell(report);
    return report;
  }

  /** Fills an order, whole or in part: reports it to its owner, then shows it as a public trade. */
  async fill(order: Expectation<'placeOrder'> | OrderRequest, fields: FillFields = {}): Promise<Fill> {
    const fill = this.fillUntold(order, fields);
    await this.tell(fill.report, fill.print);
    return fill;
  }

  /** Fills an order, and tells nobody: as while the connection is lost, or for the test to tell as it likes. */
  fillUntold(order: Expectation<'placeOrder'> | OrderRequest, fields: FillFields = {}): Fill {
    return this.script.ledger.fill(this.orderOf(order), fields, this.nowMs());
  }

  /** The exchange takes an order off the book by itself, and reports it. */
  async endOrder(
    order: Expectation<'placeOrder'> | OrderRequest,
    status: 'CANCELED' | 'EXPIRED' | 'REJECTED' = 'CANCELED',
  ): Promise<ExecutionReport> {
    const report = this.script.ledger.end(this.orderOf(order), status, this.nowMs());
    await this.tell(report);
    return report;
  }

  /** Publishes reports and public trades on their topics, in this order; the same one twice, if need be. */
  tell(...messages: readonly Told[]): Promise<void> {
    this.system.cast(this.address, 'tell', messages);
    return this.settle();
  }

  /** Says that orders are told of again, after a time in which something may have been missed. */
  resumeUserData(): Promise<void> {
    this.system.cast(this.address, 'tell', [{ kind: 'user-data-resumed' }]);
    return this.settle();
  }

  private nowMs(): number {
    return this.system.clock.wallMs();
  }

  private settle(): Promise<void> {
    return settleActors(this.system);
  }
}
