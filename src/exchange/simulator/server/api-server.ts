import type { Server } from 'node:http';
import type { GenServer, Protocol, Self } from '../../../otp/index.js';
import type { Clock } from '../../../ports/clock.js';
import type { OpenConnections } from '../wire/open-connections.js';

/** ApiServer: owns the server that clients talk to. Its end closes every connection, each told of it first. */
export interface ApiServerArg {
  readonly server: Server;
  readonly connections: OpenConnections;
  readonly clock: Clock;
}

export interface ApiServerProtocol extends Protocol {
  readonly arg: ApiServerArg;
  readonly state: ApiServerArg;
}

/** How long clients may take to say goodbye. */
const GRACE_MS = 1_000;

export const ApiServer: GenServer<ApiServerProtocol> = {
  kind: 'ApiServer',
  init: (arg) => ({ state: arg }),
  beforeStop({ server, connections, clock }: ApiServerArg, _self: Self<ApiServerProtocol>) {
    return new Promise((resolve) => {
      const cancel = clock.after(GRACE_MS, () => connections.cutAll());
      server.close(() => {
        cancel();
        resolve();
      });
      server.closeIdleConnections();
      connections.closeAll();
    });
  },
  terminate: ({ server, connections }) => {
    connections.cutAll();
    server.closeAllConnections();
  },
  inspect: ({ connections }) => ({ connections: connections.count }),
};
