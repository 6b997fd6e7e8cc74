import type { Balance } from '../../../domain/account.js';
import {
  type Address,
  type Down,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  publication,
  publish,
  publishAll,
  type Self,
} from '../../../otp/index.js';
import type { Log } from '../../../ports/log.js';
import { accountBalances, executions, orders, userData } from '../../../ports/topics.js';
import type { SocketDown } from '../socket/socket-options.js';
import type { Execution } from './execution.js';
import { KnownBalances } from './known-balances.js';
import { TidingsCounts } from './tidings-counts.js';
import { ToldOrders } from './told-orders.js';
import {
  type AccountTiding,
  UserDataConnection,
  type UserDataConnectionOptions,
} from './user-data-connection.js';
import type { UserDataFigures } from './user-data-figures.js';

type ConnectionDefaults = Pick<
  UserDataConnectionOptions,
  'login' | 'tuning' | 'answerTimeoutMs' | 'malformedLimit'
>;

/**
 * UserDataStream: tells what the exchange tells of our account. Reports go to `EXECUTIONS:<SYMBOL>`, each once and as they come,
 * with the order after them on `ORDERS:<SYMBOL>`; balances go to `BALANCES`. Whenever something may have been missed,
 * `user-data-resumed` goes to `USER_DATA`.
 */
export interface UserDataStreamArg
  extends Omit<UserDataConnectionOptions, keyof ConnectionDefaults>,
    Partial<ConnectionDefaults> {
  readonly pubsub: Address<PubSubProtocol>;
  readonly log: Log;
  /** Kept outside of the actor, for who looks on. */
  readonly figures?: UserDataFigures;
  /** `user-data-resumed` is told at least this often, since nobody sees a gap that the exchange is silent about; default 5 min. */
  readonly resumeEveryMs?: number;
  /** How long after a tiding that cannot be read orders are looked up, once for all such that come meanwhile; default 1 s. */
  readonly lookUpAfterMs?: number;
}

const DEFAULTS: ConnectionDefaults = {
  login: 'signature',
  tuning: {},
  answerTimeoutMs: 12_000,
  malformedLimit: 20,
};

interface UserDataStreamState {
  readonly arg: UserDataStreamArg;
  readonly connection: UserDataConnection;
  readonly told: ToldOrders;
  readonly balances: KnownBalances;
  readonly counts: TidingsCounts;
  phase: 'connecting' | 'subscribed' | 'away' | 'denied';
  /** Times that `user-data-resumed` was told. */
  resumed: number;
  lookUpDue: boolean;
  cancelResume: () => void;
}

export interface UserDataStreamProtocol extends Protocol {
  readonly arg: UserDataStreamArg;
  readonly state: UserDataStreamState;
  readonly calls: {
    /** What the account has, by ascending asset, as far as it was told since this incarnation began. */
    balances(nothing: null): readonly Balance[];
  };
  readonly info:
    | { readonly kind: 'tiding'; readonly tiding: AccountTiding }
    | { readonly kind: 'subscribed' | 'resume-due' | 'look-up-due' }
    | { readonly kind: 'connection-down'; readonly down: SocketDown }
    | { readonly kind: 'denied'; readonly why: string };
  readonly continue: 'connect';
}

type StreamSelf = Self<UserDataStreamProtocol>;
type Message = UserDataStreamProtocol['info'] | Down;

/** The connection to the exchange, whose tidings become messages of this actor. */
function connectionOf(arg: UserDataStreamArg, self: StreamSelf): UserDataConnection {
  const tell = (message: UserDataStreamProtocol['info']): void => {
    // Killed, and so without last words: the connection must not outlive it.
    if (!self.send(self, message)) connection.close();
  };
  const connection = new UserDataConnection(
    { ...DEFAULTS, ...arg },
    {
      onEvent: (tiding) => tell({ kind: 'tiding', tiding }),
      onSubscribed: () => tell({ kind: 'subscribed' }),
      onDown: (down) => tell({ kind: 'connection-down', down }),
      onDenied: (why) => tell({ kind: 'denied', why }),
    },
  );
  return connection;
}

function tellResumed(state: UserDataStreamState, self: StreamSelf): void {
  const { pubsub, resumeEveryMs = 300_000 } = state.arg;
  state.resumed++;
  state.cancelResume();
  state.cancelResume = self.sendAfter(resumeEveryMs, { kind: 'resume-due' });
  publish(self, pubsub, userData, { kind: 'user-data-resumed' });
}

function tellExecution(state: UserDataStreamState, execution: Execution, self: StreamSelf): void {
  const { report } = execution;
  const order = state.told.take(execution);
  if (order === null) {
    state.counts.duplicates++;
    return;
  }
  state.counts.reports++;
  publishAll(self, state.arg.pubsub, [
    publication(executions(report.symbol), report),
    publication(orders(report.symbol), { kind: 'order-update', order }),
  ]);
}

function take(state: UserDataStreamState, tiding: AccountTiding, self: StreamSelf): void {
  switch (tiding.kind) {
    case 'execution':
      tellExecution(state, tiding, self);
      break;
    case 'position': {
      const balances = state.balances.take(tiding.balances, tiding.updatedTime);
      if (balances.length > 0)
        publish(self, state.arg.pubsub, accountBalances, { kind: 'balances-changed', balances });
      break;
    }
    case 'other':
      state.counts.ignored(tiding.name);
      break;
    case 'malformed':
      state.counts.malformed(tiding);
      // It may have been the report of a fill.
      if (!state.lookUpDue) {
        state.lookUpDue = true;
        self.sendAfter(state.arg.lookUpAfterMs ?? 1_000, { kind: 'look-up-due' });
      }
      break;
  }
}

function onInfo(state: UserDataStreamState, message: Message, self: StreamSelf): void {
  const { log } = state.arg;
  switch (message.kind) {
    case 'tiding':
      take(state, message.tiding, self);
      break;
    case 'subscribed':
      state.phase = 'subscribed';
      state.arg.figures?.subscribed();
      log.info('the exchange tells of our orders');
      tellResumed(state, self);
      break;
    case 'look-up-due':
      state.lookUpDue = false;
      tellResumed(state, self);
      break;
    case 'resume-due':
      tellResumed(state, self);
      break;
    case 'connection-down': {
      state.phase = 'away';
      state.arg.figures?.lost();
      const { cause, closeCode, httpStatus, detail, willRetryInMs } = message.down;
      log.warn('nothing is told of our orders; connecting again', {
        ...{ cause, closeCode, httpStatus, detail, willRetryInMs },
      });
      break;
    }
    case 'denied':
      state.phase = 'denied';
      state.arg.figures?.lost();
      log.error(
        'the exchange does not let us follow our orders; check the API key, its permissions and its secret',
        {
          reason: message.why,
        },
      );
      break;
    case 'down':
      break;
  }
}

export const UserDataStream: GenServer<UserDataStreamProtocol> = {
  kind: 'UserDataStream',
  init: (arg, self) => ({
    state: {
      arg,
      connection: connectionOf(arg, self),
      told: new ToldOrders(),
      balances: new KnownBalances(),
      counts: new TidingsCounts(arg.log),
      phase: 'connecting',
      resumed: 0,
      lookUpDue: false,
      cancelResume: () => undefined,
    },
    continue: 'connect',
  }),
  continue(state, _note, self) {
    // The incarnation before may have been killed.
    state.arg.figures?.lost();
    state.connection.open();
    // Also while the exchange cannot be reached: what REST can tell of orders is all there is then.
    state.cancelResume = self.sendAfter(state.arg.resumeEveryMs ?? 300_000, { kind: 'resume-due' });
    return { state };
  },
  calls: {
    balances: (state) => ({ state, reply: state.balances.all() }),
  },
  info(state, message, self) {
    onInfo(state, message, self);
    return { state };
  },
  terminate: ({ connection }) => connection.close(),
  inspect: ({ phase, connection, counts, told, balances, resumed }) => ({
    phase,
    resumed,
    ...counts.inspect(),
    ordersKnown: told.size,
    balances: balances.inspect(),
    socket: connection.inspect(),
  }),
};
