import { z } from 'zod';
import { parseDecimal, ZERO } from '../domain/decimal.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { InputError, quoted } from '../platform/input-error.js';
import { readJson } from '../platform/input-file.js';
import { REPORT_INPUT, shapeProblems } from '../platform/shape-problems.js';

const PLAIN_DECIMAL = 'a string with a plain decimal, such as "0.00010000"';

const decimal = z.string(PLAIN_DECIMAL).transform((text, context) => {
  const value = parseDecimal(text);
  if (value !== undefined) return value;
  context.issues.push({ code: 'custom', message: PLAIN_DECIMAL, input: text });
  return z.NEVER;
});
const name = z.string('a string').min(1, 'a string that is not empty');
const decimals = z.int('a whole number from 0').min(0, 'a whole number from 0');

const NO_PRICE_RULE: SymbolInfo['priceFilter'] = { minPrice: ZERO, maxPrice: ZERO, tickSize: ZERO };
const NO_LOT_RULE: SymbolInfo['lotSize'] = { minQty: ZERO, maxQty: ZERO, stepSize: ZERO };

/** The filters that limit orders need, by type. Others, also those yet to come, are ignored. */
const filtersByType = z.object({
  PRICE_FILTER: z
    .object({ minPrice: decimal, maxPrice: decimal, tickSize: decimal })
    .default(() => NO_PRICE_RULE),
  LOT_SIZE: z.object({ minQty: decimal, maxQty: decimal, stepSize: decimal }).default(() => NO_LOT_RULE),
  MIN_NOTIONAL: z.object({ minNotional: decimal }).default(() => ({ minNotional: ZERO })),
  NOTIONAL: z.object({ minNotional: decimal, maxNotional: decimal.optional() }).optional(),
  PERCENT_PRICE: z
    .object({ multiplierUp: decimal, multiplierDown: decimal, avgPriceMins: decimals })
    .optional(),
  PERCENT_PRICE_BY_SIDE: z
    .object({
      bidMultiplierUp: decimal,
      bidMultiplierDown: decimal,
      askMultiplierUp: decimal,
      askMultiplierDown: decimal,
      avgPriceMins: decimals,
    })
    .optional(),
  MAX_NUM_ORDERS: z.object({ maxNumOrders: decimals }).optional(),
  MAX_POSITION: z.object({ maxPosition: decimal }).optional(),
});

/** A symbol has the one or the other. */
function percentPriceOf(filters: z.output<typeof filtersByType>): SymbolInfo['percentPrice'] {
  const { PERCENT_PRICE: both, PERCENT_PRICE_BY_SIDE: bySide } = filters;
  if (bySide !== undefined) return { filterType: 'PERCENT_PRICE_BY_SIDE', ...bySide };
  if (both === undefined) return null;
  const { multiplierUp, multiplierDown, avgPriceMins } = both;
  return {
    filterType: 'PERCENT_PRICE',
    bidMultiplierUp: multiplierUp,
    bidMultiplierDown: multiplierDown,
    askMultiplierUp: multiplierUp,
    askMultiplierDown: multiplierDown,
    avgPriceMins,
  };
}

const symbolSchema = z
  .object(
    {
      symbol: name,
      status: name,
      baseAsset: name,
      quoteAsset: name,
      baseAssetPrecision: decimals,
      quoteAssetPrecision: decimals,
      isSpotTradingAllowed: z.boolean('true or false').default(true),
      filters: z
        .array(z.looseObject({ filterType: name }, 'an object'), 'a list of filters')
        .default(() => [])
        // By type before they are checked, so that a message's path says `filters.LOT_SIZE.stepSize`. That they have the
        // fields of their type is claimed here and checked by the pipe.
        .transform(
          (filters) =>
            Object.fromEntries(filters.map((filter) => [filter.filterType, filter])) as z.input<
              typeof filtersByType
            >,
        )
        .pipe(filtersByType),
    },
    'an object',
  )
  .transform(({ filters, ...facts }): SymbolInfo => {
    const { PRICE_FILTER: priceFilter, LOT_SIZE: lotSize, MIN_NOTIONAL: least, NOTIONAL: range } = filters;
    // A symbol has the one or the other; the newer one says more.
    const notional: SymbolInfo['notional'] =
      range === undefined
        ? { filterType: 'MIN_NOTIONAL', minNotional: least.minNotional, maxNotional: null }
        : { filterType: 'NOTIONAL', minNotional: range.minNotional, maxNotional: range.maxNotional ?? null };
    return {
      ...facts,
      priceFilter,
      lotSize,
      notional,
      percentPrice: percentPriceOf(filters),
      maxNumOrders: filters.MAX_NUM_ORDERS?.maxNumOrders ?? null,
      maxPosition: filters.MAX_POSITION?.maxPosition ?? null,
    };
  });

const documentSchema = z.looseObject(
  { symbols: z.array(z.unknown(), 'a list of symbols') },
  'an object with the list `symbols`, as Binance sends it',
);

/**
 * The symbols of Binance's exchangeInfo document, by name. Everything beside `symbols` may be missing; a filter that a symbol
 * does not have is no rule.
 *
 * @param source where the document is from, for messages
 * @throws InputError naming the symbol and the field, when the document has another shape or a symbol twice
 * @see Binance spot docs, rest-api.md, exchangeInfo, and filters.md (read 2026-07)
 */
export function parseExchangeInfo(json: unknown, source: string): ReadonlyMap<string, SymbolInfo> {
  const document = documentSchema.safeParse(json, REPORT_INPUT);
  if (!document.success) throw malformed(source, document.error);
  const bySymbol = new Map<string, SymbolInfo>();
  for (const [index, raw] of document.data.symbols.entries()) {
    const parsed = symbolSchema.safeParse(raw, REPORT_INPUT);
    if (!parsed.success) throw malformed(`${source}, ${place(index, raw)}`, parsed.error);
    const info = parsed.data;
    if (bySymbol.has(info.symbol)) {
      throw new InputError(
        `exchange info in ${source}: ${place(index, raw)} stands there twice; allowed is once`,
      );
    }
    bySymbol.set(info.symbol, info);
  }
  return bySymbol;
}

/**
 * The symbols of an exchangeInfo document in a file, plain or gzip. Throws InputError when it cannot be read, or as
 * {@link parseExchangeInfo} does.
 */
export async function readExchangeInfo(file: string): Promise<ReadonlyMap<string, SymbolInfo>> {
  return parseExchangeInfo(await readJson(file), file);
}

function malformed(where: string, error: z.ZodError): InputError {
  return new InputError(`exchange info in ${where}: ${shapeProblems(error).join('\n  ')}`);
}

function place(index: number, raw: unknown): string {
  const hasName =
    typeof raw === 'object' && raw !== null && 'symbol' in raw && typeof raw.symbol === 'string';
  return hasName ? `symbols[${index}] ${quoted(String(raw.symbol))}` : `symbols[${index}]`;
}
