import { z } from 'zod';
import type { SymbolInfo } from '../../../domain/symbol-info.js';
import { InputError } from '../../../platform/input-error.js';
import { parseExchangeInfo } from '../../exchange-info.js';
import type { RateLimit } from './rate-limits.js';
import { type Decoder, decoder, wholeNumber } from './wire.js';

/** What the exchange lists, and how much it lets one ask. */
export interface ExchangeRules {
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  /** How many symbols are left out, as what was told of them makes no sense. */
  readonly unreadable: number;
  readonly rateLimits: readonly RateLimit[];
}

const KINDS: Readonly<Record<string, RateLimit['kind']>> = {
  REQUEST_WEIGHT: 'weight',
  RAW_REQUESTS: 'requests',
  ORDERS: 'orders',
};
const INTERVAL_MS = { SECOND: 1_000, MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 };

const rateLimit = z
  .looseObject({
    rateLimitType: z.string(),
    interval: z.enum(['SECOND', 'MINUTE', 'HOUR', 'DAY']),
    intervalNum: z.int().positive(),
    limit: z.int().positive(),
  })
  .transform(({ rateLimitType, interval, intervalNum, limit }): RateLimit[] => {
    const kind = KINDS[rateLimitType];
    return kind === undefined ? [] : [{ kind, windowMs: intervalNum * INTERVAL_MS[interval], limit }];
  });

const document = z.looseObject({
  rateLimits: z.array(rateLimit).transform((limits) => limits.flat()),
  symbols: z.array(z.unknown()),
});

/** A symbol that cannot be read is one that cannot be traded; the others can. */
export const decodeRules: Decoder<ExchangeRules> = (json) => {
  const parsed = decoder(document)(json);
  if (parsed === undefined) return undefined;
  const symbols = new Map<string, SymbolInfo>();
  let unreadable = 0;
  for (const raw of parsed.symbols) {
    const info = symbolOf(raw);
    if (info === undefined || symbols.has(info.symbol)) unreadable++;
    else symbols.set(info.symbol, info);
  }
  return { symbols, unreadable, rateLimits: parsed.rateLimits };
};

function symbolOf(raw: unknown): SymbolInfo | undefined {
  try {
    return [...parseExchangeInfo({ symbols: [raw] }, 'the exchange').values()][0];
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

export const decodeServerTime: Decoder<number> = decoder(
  z.looseObject({ serverTime: wholeNumber }).transform(({ serverTime }) => serverTime),
);
