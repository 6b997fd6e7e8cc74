import type { SymbolInfo } from '../../../../domain/symbol-info.js';
import type { Params } from '../../request-faults.js';
import type { Call, Grounds } from '../endpoint.js';
import type { SymbolDocument } from '../exchange-info-document.js';
import { textOf } from '../params.js';
import { badCombination, invalidData, invalidSymbol, Refusal } from '../refusal.js';

/** What a parameter with a JSON list of names, or with a single name, lists. */
export function listOf(name: string, text: string): readonly string[] {
  if (!text.startsWith('[')) return [text];
  const list = parsed(text);
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === 'string'))
    throw invalidData(name);
  return list;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The symbols that `symbol` or `symbols` names, or null when neither is there. One unknown name fails them all. */
export function namedSymbols(
  known: readonly SymbolDocument[],
  params: Params,
): readonly SymbolDocument[] | null {
  const symbol = params.get('symbol');
  const symbols = params.get('symbols');
  if (symbol !== undefined && symbols !== undefined) throw badCombination();
  if (symbol !== undefined) return [symbolDocument(known, symbol)];
  if (symbols === undefined) return null;
  if (!symbols.startsWith('[')) throw invalidData('symbols');
  const names = listOf('symbols', symbols);
  if (new Set(names).size < names.length)
    throw new Refusal(-1151, 'Symbol is present multiple times in the list.');
  return names.map((name) => symbolDocument(known, name));
}

const STATUSES: ReadonlySet<string> = new Set(['TRADING', 'HALT', 'BREAK']);

/** The status that symbols are asked for by, or undefined. */
export function symbolStatusOf(params: Params): string | undefined {
  const status = params.get('symbolStatus');
  if (status !== undefined && !STATUSES.has(status)) throw new Refusal(-1122, 'Invalid symbolStatus.');
  return status;
}

export function symbolDocument(known: readonly SymbolDocument[], symbol: string): SymbolDocument {
  const found = known.find((one) => one.symbol === symbol);
  if (found === undefined) throw invalidSymbol();
  return found;
}

/** The rules of the symbol that a request is about, or -1121. */
export async function symbolOf({ exchange }: Grounds, { params }: Call): Promise<SymbolInfo> {
  const info = await exchange.symbolInfo(textOf(params, 'symbol'));
  if (info === undefined) throw invalidSymbol();
  return info;
}

/** What orders of the symbol do about orders of the same account: nothing, unless its document names another default. */
export function selfTradePreventionMode({ exchangeInfo }: Grounds, symbol: string): string {
  const document = exchangeInfo().symbols.find((one) => one.symbol === symbol);
  return document?.defaultSelfTradePreventionMode ?? 'NONE';
}
