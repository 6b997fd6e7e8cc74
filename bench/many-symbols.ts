import { readFile } from 'node:fs/promises';
import type { SymbolInfo } from '../src/domain/symbol-info.js';
import { parseExchangeInfo } from '../src/exchange/exchange-info.js';
import type { ExchangeInfoDocument } from '../src/exchange/simulator/api/exchange-info-document.js';
import { EXCHANGE_INFO } from './tapes.js';

const MODEL = 'XRPUSDT';

export interface ManySymbols {
  readonly document: ExchangeInfoDocument;
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
}

/** The name of a made-up symbol, from 0 to 9,999. */
export const symbolAt = (index: number): string => `B${String(index).padStart(4, '0')}USDT`;

/** So many made-up symbols, each with the rules of a real one. */
export async function manySymbols(count: number): Promise<ManySymbols> {
  const listed = JSON.parse(await readFile(EXCHANGE_INFO, 'utf8')) as ExchangeInfoDocument;
  const model = listed.symbols.find(({ symbol }) => symbol === MODEL);
  if (model === undefined) throw new Error(`${EXCHANGE_INFO} does not list ${MODEL}`);
  const symbols = Array.from({ length: count }, (_, index) => {
    const symbol = symbolAt(index);
    return { ...model, symbol, baseAsset: symbol.slice(0, -'USDT'.length) };
  });
  const document = { ...listed, symbols };
  return { document, symbols: parseExchangeInfo(document, EXCHANGE_INFO) };
}
