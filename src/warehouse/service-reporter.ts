import { type ChildSpec, childSpec, type GenServer, type Protocol, type Self } from '../otp/index.js';
import type { Service } from '../services/service.js';
import type { Database } from './database.js';
import { type ServiceReport, writeReports } from './service-reports.js';

/**
 * ServiceReporter: keeps in the database how the things of the services stand, for commands in other processes to show. Changes
 * that come while it writes are written together, when it is done.
 */
// biome-ignore lint/suspicious/noExplicitAny: what is wanted of its things is each service's own business.
type AnyService = Service<any>;

interface ServiceReporterArg {
  readonly database: Database;
  readonly services: readonly AnyService[];
}

interface ServiceReporterState extends ServiceReporterArg {
  readonly unwatch: () => void;
  writing: boolean;
  /** Something changed while it wrote. */
  again: boolean;
}

interface ServiceReporterProtocol extends Protocol {
  readonly arg: ServiceReporterArg;
  readonly state: ServiceReporterState;
  readonly info:
    | { readonly kind: 'changed' | 'written' }
    | { readonly kind: 'failed'; readonly error: unknown };
}

const reportsOf = (services: readonly AnyService[]): readonly ServiceReport[] =>
  services.flatMap((service) =>
    service.standings().map((standing) => ({ service: service.name, ...standing })),
  );

function write(state: ServiceReporterState, self: Self<ServiceReporterProtocol>): void {
  const { database, services } = state;
  state.writing = true;
  state.again = false;
  self.pipe(
    database.withRetry(() => writeReports(database.kysely, reportsOf(services)), {
      giveUpAfterMs: Number.POSITIVE_INFINITY,
    }),
    () => ({ kind: 'written' }),
    (error) => ({ kind: 'failed', error }),
  );
}

const ServiceReporter: GenServer<ServiceReporterProtocol> = {
  kind: 'ServiceReporter',
  init({ database, services }, self) {
    const unwatching = services.map((service) =>
      service.watch(() => {
        // One that was killed had no time to say that it watches no more.
        if (!self.send(self, { kind: 'changed' })) unwatch();
      }),
    );
    const unwatch = (): void => {
      for (const end of unwatching) end();
    };
    const state: ServiceReporterState = { database, services, unwatch, writing: false, again: false };
    // What changed before it began to watch.
    write(state, self);
    return { state };
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'changed':
        if (state.writing) state.again = true;
        else write(state, self);
        return { state };
      case 'written':
        state.writing = false;
        if (state.again) write(state, self);
        return { state };
      case 'failed':
        throw message.error;
      case 'down':
        return { state };
    }
  },
  terminate: ({ unwatch }) => unwatch(),
  inspect: ({ services, writing }) => ({
    services: services.map(({ name }) => name),
    ...(writing ? { writing } : {}),
  }),
};

export const serviceReporterSpec = (arg: ServiceReporterArg): ChildSpec<ServiceReporterProtocol> =>
  childSpec({ id: 'ServiceReporter', server: ServiceReporter, arg });
