import { type ChildSpec, childSpec, type GenServer, type Protocol } from '../otp/index.js';
import type { Database } from './database.js';

/** Database: the pool of connections in the tree, for the inspector to show. Whoever opened it closes it. */
interface DatabaseProtocol extends Protocol {
  readonly arg: Database;
  readonly state: Database;
}

const DatabaseServer: GenServer<DatabaseProtocol> = {
  kind: 'Database',
  init: (database) => ({ state: database }),
  inspect: ({ target, pool }) => ({
    environment: target.stage,
    database: target.database,
    connections: pool.totalCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  }),
};

export const databaseSpec = (database: Database): ChildSpec<DatabaseProtocol> =>
  childSpec({ id: 'Database', server: DatabaseServer, arg: database });
