import {
  type ActorSystem,
  type Address,
  type ChildSpec,
  childSpec,
  Down,
  describeExit,
  type ExitReason,
  type GenServer,
  namedSupervisor,
  type Pid,
  type Protocol,
  type PubSubProtocol,
  type Self,
  type SupervisorProtocol,
} from '../otp/index.js';
import type { Log } from '../ports/log.js';
import type { Database } from './database.js';
import {
  abandonPublishRequests,
  notePublished,
  notePublishFailed,
  PUBLISH_REQUESTED,
  type PublishRequest,
  takePublishRequests,
} from './publish-requests.js';
import { publishersSpec, startPublisher } from './publisher.js';
import { storedExtent, storedTrades } from './stored-trades.js';

/** PublishDesk: takes requests to publish stored trades from the database, has Publishers carry them out, and tells how it went. */
interface PublishDeskArg {
  readonly system: ActorSystem;
  readonly database: Database;
  readonly pubsub: Address<PubSubProtocol>;
  readonly log: Log;
}

interface Running {
  readonly request: PublishRequest;
  readonly trades: number;
}

interface PublishDeskState extends PublishDeskArg {
  readonly running: Map<Pid, Running>;
  stopListening: () => Promise<void>;
}

type News =
  | { readonly kind: 'requested' | 'told' }
  | { readonly kind: 'listening'; readonly stop: () => Promise<void> }
  | { readonly kind: 'taken'; readonly requests: readonly PublishRequest[] }
  | { readonly kind: 'started'; readonly publisher: Pid; readonly running: Running }
  | { readonly kind: 'not-started'; readonly request: PublishRequest; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

interface PublishDeskProtocol extends Protocol {
  readonly arg: PublishDeskArg;
  readonly state: PublishDeskState;
  readonly info: News;
  readonly continue: 'listen';
}

type DeskSelf = Self<PublishDeskProtocol>;

const LEFT = 'Hedgehog ended before it was published';
const failed = (error: unknown): News => ({ kind: 'failed', error });

function listen({ database }: PublishDeskState, self: DeskSelf): void {
  const requested = (): void => {
    self.send(self, { kind: 'requested' });
  };
  const listening = (async () => {
    await database.withRetry(() => abandonPublishRequests(database.kysely, LEFT));
    const stop = await database.listen(PUBLISH_REQUESTED, requested, requested);
    // Killed meanwhile: nobody else knows of it.
    if (!self.alive) await stop();
    return stop;
  })();
  self.pipe(listening, (stop) => ({ kind: 'listening', stop }), failed);
}

function take({ database }: PublishDeskState, self: DeskSelf): void {
  self.pipe(
    database.withRetry(() => takePublishRequests(database.kysely)),
    (requests) => ({ kind: 'taken', requests }),
    failed,
  );
}

function begin(state: PublishDeskState, request: PublishRequest, self: DeskSelf): void {
  const { system, database, pubsub } = state;
  const { symbol, period, intervalMs } = request;
  const starting = (async (): Promise<News> => {
    const extent = await database.withRetry(() => storedExtent(database, symbol, period));
    const trades = extent?.count ?? 0;
    const publisher = await startPublisher(system, {
      symbol,
      period,
      intervalMs,
      pubsub,
      total: trades,
      open: () => storedTrades(database, symbol, period, extent),
    });
    return { kind: 'started', publisher, running: { request, trades } };
  })();
  self.pipe(
    starting,
    (news) => news,
    (error) => ({ kind: 'not-started', request, error }),
  );
}

function tell({ database }: PublishDeskState, telling: () => Promise<unknown>, self: DeskSelf): void {
  self.pipe(database.withRetry(telling), () => ({ kind: 'told' }), failed);
}

function onEnd(state: PublishDeskState, pid: Pid, reason: ExitReason, self: DeskSelf): void {
  const done = state.running.get(pid);
  if (done === undefined) return;
  state.running.delete(pid);
  const { request, trades } = done;
  const { kysely } = state.database;
  const fields = { symbol: request.symbol, trades };
  if (reason === 'normal') {
    state.log.info('stored trades are published', fields);
    tell(state, () => notePublished(kysely, request.id, trades), self);
  } else {
    const why = describeExit(reason);
    state.log.error(`publishing stored trades has ended: ${why}`, fields);
    tell(state, () => notePublishFailed(kysely, request.id, why), self);
  }
}

const PublishDesk: GenServer<PublishDeskProtocol> = {
  kind: 'PublishDesk',
  init: (arg) => ({
    state: { ...arg, running: new Map(), stopListening: () => Promise.resolve() },
    continue: 'listen',
  }),
  continue(state, _note, self) {
    listen(state, self);
    return { state };
  },
  info(state, message, self) {
    if (message instanceof Down) {
      onEnd(state, message.pid, message.reason, self);
      return { state };
    }
    switch (message.kind) {
      case 'listening':
        state.stopListening = message.stop;
        take(state, self);
        break;
      case 'requested':
        take(state, self);
        break;
      case 'taken':
        for (const request of message.requests) begin(state, request, self);
        break;
      case 'started':
        state.running.set(message.publisher, message.running);
        // Told at once when it has ended already.
        self.monitor(message.publisher);
        break;
      case 'not-started': {
        const { request, error } = message;
        const reason = error instanceof Error ? error.message : String(error);
        tell(state, () => notePublishFailed(state.database.kysely, request.id, reason), self);
        break;
      }
      case 'failed':
        throw message.error;
      case 'told':
        break;
    }
    return { state };
  },
  terminate({ stopListening }) {
    stopListening().catch(() => {});
  },
  inspect: ({ running }) => ({ publishing: [...running.values()].map(({ request }) => request.symbol) }),
};

/** Publishing: the Publishers, and the desk that starts them. */
export const publishingSpec = (arg: PublishDeskArg): ChildSpec<SupervisorProtocol> =>
  childSpec<SupervisorProtocol>({
    id: 'Publishing',
    server: namedSupervisor('Publishing'),
    arg: {
      strategy: 'rest_for_one',
      children: [
        publishersSpec(),
        childSpec<PublishDeskProtocol>({ id: 'PublishDesk', server: PublishDesk, arg, shutdownMs: 500 }),
      ],
    },
  });
