import type { Json } from '../api-types.js';
import type { Call, Endpoints, Grounds } from '../endpoint.js';
import type { SymbolDocument } from '../exchange-info-document.js';
import { badCombination } from '../refusal.js';
import { listOf, namedSymbols, symbolStatusOf } from './symbol-choice.js';

const USUAL_PERMISSIONS = ['SPOT', 'MARGIN', 'LEVERAGED'];

const permissionsOf = ({ permissions = [], permissionSets = [] }: SymbolDocument): readonly string[] => [
  ...permissions,
  ...permissionSets.flat(),
];

function chosenSymbols({ exchangeInfo }: Grounds, { params }: Call): readonly SymbolDocument[] {
  const permissions = params.get('permissions');
  const symbolStatus = symbolStatusOf(params);
  const { symbols } = exchangeInfo();
  const named = namedSymbols(symbols, params);
  if (named !== null) {
    if (permissions !== undefined || symbolStatus !== undefined) throw badCombination();
    return named;
  }
  const wanted = permissions === undefined ? USUAL_PERMISSIONS : listOf('permissions', permissions);
  return symbols.filter((symbol) => {
    const has = permissionsOf(symbol);
    // A document that says nothing of permissions leaves nobody out.
    const isPermitted = has.length === 0 || wanted.some((permission) => has.includes(permission));
    return isPermitted && (symbolStatus === undefined || symbol.status === symbolStatus);
  });
}

function info(on: Grounds, call: Call): Json {
  const symbols = chosenSymbols(on, call);
  const showsPermissions = call.params.get('showPermissionSets') !== 'false';
  const limits = on.limits.limits.filter(
    ({ rateLimitType }) => call.via === 'rest' || rateLimitType !== 'RAW_REQUESTS',
  );
  return {
    timezone: 'UTC',
    serverTime: call.stamp(on.clock.wallMs()),
    rateLimits: limits.map((limit) => ({ ...limit })),
    exchangeFilters: on.exchangeInfo().exchangeFilters ?? [],
    symbols: showsPermissions ? symbols : symbols.map((symbol) => ({ ...symbol, permissionSets: [] })),
  };
}

export const GENERAL: Endpoints = {
  'GET /api/v3/ping': { security: 'NONE', weight: 1, required: {}, optional: {}, run: () => ({}) },
  'GET /api/v3/time': {
    security: 'NONE',
    weight: 1,
    required: {},
    optional: {},
    run: ({ clock }, { stamp }) => ({ serverTime: stamp(clock.wallMs()) }),
  },
  'GET /api/v3/exchangeInfo': {
    security: 'NONE',
    weight: 20,
    required: {},
    optional: {
      symbol: 'text',
      symbols: 'text',
      permissions: 'text',
      showPermissionSets: 'flag',
      symbolStatus: 'text',
    },
    run: info,
  },
};
