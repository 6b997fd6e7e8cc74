import type { Server } from 'node:http';
import type { GenServer, Protocol, Self } from '../../../otp/index.js';
import type { Clock } from '../../../ports/clock.js';
import type { OpenConnections } from '../wire/open-connections.js';

/** SimulatorServer: owns the server that clients talk to. Its end closes every connection, each told of it first. */
export interface SimulatorServerArg {
  readonly server: Server;
  readonly connections: OpenConnections;
  readonly clock: Clock;
}

export interface SimulatorServerProtocol extends Protocol {
  readonly arg: SimulatorServerArg;
  readonly state: SimulatorServerArg;
}

/** How long clients may take to say goodbye. */
const GRACE_MS = 1_000;

export const SimulatorServer: GenServer<SimulatorServerProtocol> = {
  kind: 'SimulatorServer',
  init: (arg) => ({ state: arg }),
  beforeStop({ server, connections, clock }: SimulatorServerArg, _self: Self<SimulatorServerProtocol>) {
    return new Promise((resolve) => {
      const cancel = clock.after(GRACE_MS, () => {
        connections.cutAll();
        // Also one that was opened and never used: it is not idle, and would be waited for.
        server.closeAllConnections();
      });
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
