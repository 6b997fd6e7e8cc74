import { z } from 'zod';
import type { ControlDeps } from '../deps.js';
import { cancelOrders } from '../order-cancel.js';
import { type AnyRoute, route } from '../route.js';
import { cancelled, toCancel } from '../schemas.js';

/** What is done to orders by hand. */
export const orderRoutes = (deps: ControlDeps): readonly AnyRoute[] => [
  route({
    kind: 'json',
    method: 'POST',
    path: '/v1/orders/cancel',
    summary:
      'cancel open orders of this Hedgehog; when one of them is unknown, another’s or has ended, none is cancelled',
    needs: 'full',
    query: z.strictObject({}),
    body: toCancel,
    answer: cancelled,
    handle: async ({ body }) => ({ orders: [...(await cancelOrders(deps, body.orders))] }),
  }),
];
