import type { Kysely } from 'kysely';
import { z } from 'zod';
import { isOpen } from '../../domain/order.js';
import type { Leg } from '../../strategy/leg.js';
import { workingLeg } from '../../strategy/position.js';
import { openCycles, type RecordedCycle } from '../../warehouse/cycle-rows.js';
import { orderRows, type StoredOrder, whichAreStored } from '../../warehouse/order-rows.js';
import type { Tables } from '../../warehouse/schema.js';
import type { ControlDeps } from '../deps.js';
import type { EarnedSoFar } from '../earned-so-far.js';
import { knownSymbol } from '../known-symbol.js';
import { lastPrices } from '../last-prices.js';
import { shownPosition } from '../positions.js';
import { profitOf } from '../profit.js';
import { type AnyRoute, route } from '../route.js';
import { flag, type order, orders, positions, profit, symbol as symbolName } from '../schemas.js';

type ShownOrder = z.output<typeof order>;

const MOST_ORDERS = 1_000;
const USUAL_ORDERS = 100;
const nothing = z.strictObject({});

/** Orders, positions, and what came of them. */
export function accountRoutes(deps: ControlDeps, earned: EarnedSoFar): readonly AnyRoute[] {
  const { kysely } = deps.database;
  return [
    route({
      kind: 'json',
      method: 'GET',
      path: '/v1/orders',
      summary: 'orders that are stored, and those that open cycles wait for; the newest first',
      needs: 'read',
      query: z.strictObject({
        symbol: symbolName.optional(),
        open: flag.optional(),
        limit: z
          .string()
          // What is no number is told once, not again by what follows.
          .regex(/^\d{1,4}$/, { error: `a number from 1 to ${MOST_ORDERS}`, abort: true })
          .refine(
            (text) => Number(text) >= 1 && Number(text) <= MOST_ORDERS,
            `a number from 1 to ${MOST_ORDERS}`,
          )
          .optional(),
      }),
      answer: orders,
      async handle({ query }) {
        const asked = {
          symbol: query.symbol,
          open: query.open === 'true',
          limit: Number(query.limit ?? USUAL_ORDERS),
        };
        if (asked.symbol !== undefined) await knownSymbol(kysely, asked.symbol);
        const [stored, cycles] = await Promise.all([orderRows(kysely, asked), openCycles(kysely)]);
        const waited = await unstored(kysely, restingLegs(cycles, asked.symbol));
        return { orders: [...waited.map(orderOfLeg), ...stored.map(shownOrder)].slice(0, asked.limit) };
      },
    }),
    route({
      kind: 'json',
      method: 'GET',
      path: '/v1/positions',
      summary: 'the cycles that have not ended',
      needs: 'read',
      query: nothing,
      answer: positions,
      async handle() {
        const [cycles, prices] = await Promise.all([openCycles(kysely), lastPrices(deps)]);
        return { positions: cycles.map((cycle) => shownPosition(cycle, prices.get(cycle.symbol))) };
      },
    }),
    route({
      kind: 'json',
      method: 'GET',
      path: '/v1/profit',
      summary:
        'what was earned, by symbol and in total: by cycles that have closed, and so far by those that have not',
      needs: 'read',
      query: nothing,
      answer: profit,
      async handle() {
        const [open, prices] = await Promise.all([earned.refresh(), lastPrices(deps)]);
        return profitOf(earned.closed, open, prices, deps.symbols);
      },
    }),
  ];
}

/** Orders that rest, by what their cycles know. */
const restingLegs = (cycles: readonly RecordedCycle[], symbol: string | undefined): readonly Leg[] =>
  cycles
    .filter((cycle) => symbol === undefined || cycle.symbol === symbol)
    .map(({ position }) => workingLeg(position))
    .filter((leg) => leg !== null)
    .filter(({ status }) => isOpen(status));

/** Those that are not stored: a symbol's orders are not unless somebody has switched that on. */
async function unstored(db: Kysely<Tables>, legs: readonly Leg[]): Promise<readonly Leg[]> {
  const stored = await whichAreStored(
    db,
    legs.map(({ request }) => request),
  );
  return legs.filter(({ request }) => !stored.has(request.clientOrderId));
}

const orderOfLeg = ({ request, status, filled, orderId }: Leg): ShownOrder => ({
  symbol: request.symbol,
  side: request.side,
  status,
  price: request.price.toFixed(),
  quantity: request.quantity.toFixed(),
  executedQuantity: filled.toFixed(),
  orderId,
  clientOrderId: request.clientOrderId,
  createdTime: null,
  updatedTime: null,
});

const shownOrder = (order: StoredOrder): ShownOrder => ({
  ...order,
  price: order.price.toFixed(),
  quantity: order.quantity.toFixed(),
  executedQuantity: order.executedQuantity.toFixed(),
});
