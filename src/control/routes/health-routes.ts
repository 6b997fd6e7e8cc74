import { sql } from 'kysely';
import { z } from 'zod';
import {
  type ActorSystem,
  CallFailed,
  type Pid,
  type SupervisorProtocol,
  whichChildren,
} from '../../otp/index.js';
import { describeDatabaseError } from '../../warehouse/database-errors.js';
import { type ControlDeps, SERVICES } from '../deps.js';
import { inTime, NotNow } from '../in-time.js';
import type { Metrics } from '../metrics/metrics.js';
import { type AnyRoute, route } from '../route.js';
import { health, readiness } from '../schemas.js';
import { unhurried } from '../unhurried.js';

const PATIENCE_MS = 2_000;
const nothing = z.strictObject({});

/** For service managers and monitoring: asked often, by programs without a token, and nothing of it is secret. */
export function healthRoutes(deps: ControlDeps, metrics: Metrics): readonly AnyRoute[] {
  const reasons = unhurried(async () =>
    (await Promise.all([databaseTrouble(deps), treeTrouble(deps.system)])).flat(),
  );
  return [
    route({
      kind: 'json',
      method: 'GET',
      path: '/healthz',
      summary: 'whether the process answers',
      needs: 'none',
      query: nothing,
      answer: health,
      handle: () => ({ status: 'alive' as const, pid: process.pid, version: deps.version }),
    }),
    route({
      kind: 'json',
      method: 'GET',
      path: '/readyz',
      summary: 'whether everything runs: the tree is complete, the database is reachable',
      needs: 'none',
      query: nothing,
      answer: readiness,
      statusOf: ({ ready }) => (ready ? 200 : 503),
      async handle() {
        const found = await reasons();
        return { ready: found.length === 0, reasons: found, givenUp: givenUp(deps) };
      },
    }),
    route({
      kind: 'text',
      method: 'GET',
      path: '/metrics',
      summary: 'figures for Prometheus',
      needs: 'none',
      query: nothing,
      produces: metrics.contentType,
      handle: () => metrics.text(),
    }),
  ];
}

/** What is wanted and does not run, though everything that it needs does: it takes somebody to say that it is to be tried again. */
const givenUp = ({ services }: ControlDeps): string[] =>
  SERVICES.flatMap((name) =>
    services[name]
      .standings()
      .flatMap(({ name: thing, state, reason }) =>
        state === 'given-up' ? [`${name}: ${thing} is given up: ${reason}`] : [],
      ),
  );

async function databaseTrouble({ database, clock }: ControlDeps): Promise<readonly string[]> {
  try {
    await inTime(clock, PATIENCE_MS, 'the database', sql`SELECT 1`.execute(database.kysely));
    return [];
  } catch (error) {
    return [
      error instanceof NotNow
        ? error.message
        : `the database is not reachable: ${describeDatabaseError(error)}`,
    ];
  }
}

/** The roots' children are what everything hangs on; what is under them is started again by those. */
async function treeTrouble(system: ActorSystem): Promise<readonly string[]> {
  const roots = [...system.roots.values()];
  if (roots.length === 0) return ['no actor runs'];
  const troubles = roots.map(async (root): Promise<readonly string[]> => {
    try {
      const asked = whichChildren(system, root as Pid<SupervisorProtocol>);
      const children = await inTime(system.clock, PATIENCE_MS, root.path, asked);
      return children
        .filter(({ pid, isDone }) => pid === null && !isDone)
        .map(({ id }) => `${id} does not run at the moment`);
    } catch (error) {
      if (error instanceof NotNow || error instanceof CallFailed) return [`${root.path} does not answer`];
      throw error;
    }
  });
  return (await Promise.all(troubles)).flat();
}
