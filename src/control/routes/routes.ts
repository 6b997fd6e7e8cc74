import { z } from 'zod';
import type { ControlDeps } from '../deps.js';
import type { EarnedSoFar } from '../earned-so-far.js';
import type { Metrics } from '../metrics/metrics.js';
import { openApiDocument } from '../open-api.js';
import { type AnyRoute, route } from '../route.js';
import { accountRoutes } from './account-routes.js';
import { actorRoutes } from './actor-routes.js';
import { healthRoutes } from './health-routes.js';
import { logLevelRoutes } from './log-level-routes.js';
import { logRoutes } from './log-routes.js';
import { orderRoutes } from './order-routes.js';
import { serviceRoutes } from './service-routes.js';
import { settingsRoutes } from './settings-routes.js';
import { whyRoutes } from './why-routes.js';

/** Everything that the API does. */
export function allRoutes(
  deps: ControlDeps,
  { metrics, earned }: { readonly metrics: Metrics; readonly earned: EarnedSoFar },
  closing: AbortSignal,
): readonly AnyRoute[] {
  const described: AnyRoute = route({
    kind: 'json',
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'this API, described',
    needs: 'read',
    query: z.strictObject({}),
    answer: z.looseObject({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.unknown()) }),
    handle: () => document,
  });
  const routes = [
    described,
    ...actorRoutes(deps),
    ...orderRoutes(deps),
    ...accountRoutes(deps, earned),
    ...whyRoutes(deps),
    ...serviceRoutes(deps),
    ...settingsRoutes(deps),
    ...logRoutes(deps, closing),
    ...logLevelRoutes(deps),
    ...healthRoutes(deps, metrics),
  ];
  const document = openApiDocument(routes, deps.version) as {
    openapi: '3.1.0';
    paths: Record<string, unknown>;
  };
  return routes;
}
