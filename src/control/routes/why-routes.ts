import { z } from 'zod';
import type { ControlDeps } from '../deps.js';
import { knownSymbol } from '../known-symbol.js';
import { type AnyRoute, route } from '../route.js';
import { symbol as symbolName, why, type whyIdle } from '../schemas.js';

type Why = z.output<typeof whyIdle>;

/** Why nothing happens. */
export const whyRoutes = (deps: ControlDeps): readonly AnyRoute[] => [
  route({
    kind: 'json',
    method: 'GET',
    path: '/v1/why',
    summary: 'what each symbol that is traded waits for, or one symbol, traded or not',
    needs: 'read',
    query: z.strictObject({ symbol: symbolName.optional() }),
    answer: why,
    async handle({ query: { symbol } }) {
      const glance = await deps.outlook.glance();
      const asked = symbol === undefined ? [...glance.symbols, ...givenUp(deps, glance.symbols)] : [symbol];
      const found = asked.map(async (one): Promise<Why> => {
        const outlook = glance.of(one);
        if (outlook === null) return notTraded(deps, one);
        const { text, sinceEventMs, hint } = outlook;
        return {
          symbol: one,
          traded: true,
          reason: text,
          secondsSinceEvent: sinceEventMs === null ? null : Math.floor(sinceEventMs / 1_000),
          hint,
        };
      });
      return { symbols: await Promise.all(found) };
    },
  }),
];

/** Symbols that are wanted and cannot be traded. */
const givenUp = ({ services }: ControlDeps, traded: readonly string[]): readonly string[] =>
  services.trading
    .standings()
    .filter(({ name, state }) => state === 'given-up' && !traded.includes(name))
    .map(({ name }) => name);

async function notTraded({ database, services }: ControlDeps, symbol: string): Promise<Why> {
  const row = await knownSymbol(database.kysely, symbol);
  const standing = services.trading.standings().find(({ name }) => name === symbol);
  const start = `hedgehog trading start ${symbol}`;
  const is = (reason: string, hint: string | null): Why => ({
    symbol,
    traded: false,
    reason,
    secondsSinceEvent: null,
    hint,
  });
  if (row.status === 'off') return is('trading is off', start);
  if (standing?.state === 'given-up') return is(`trading is given up: ${standing.reason}`, start);
  return is('trading is on, and is being started', null);
}
