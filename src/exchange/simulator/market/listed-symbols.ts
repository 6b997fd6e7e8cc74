import type { SymbolInfo } from '../../../domain/symbol-info.js';
import { InputError, quoted } from '../../../platform/input-error.js';
import { parseExchangeInfo } from '../../exchange-info.js';
import type { ExchangeInfoDocument, SymbolDocument } from '../api/exchange-info-document.js';

/** What may change of a symbol. */
export interface SymbolChange {
  readonly status?: string | undefined;
  /** In Binance's shape. Each takes the place of the one of its type, or comes to those that there are. */
  readonly filters?: SymbolDocument['filters'];
}

/** The listed symbols, whose status and filters may change while the simulator runs. */
export class ListedSymbols {
  private readonly infos: Map<string, SymbolInfo>;
  private documentNow: ExchangeInfoDocument;

  /** @param symbols what the document says of each */
  constructor(symbols: ReadonlyMap<string, SymbolInfo>, document: ExchangeInfoDocument) {
    this.infos = new Map(symbols);
    this.documentNow = document;
  }

  /** As it is now. */
  get document(): ExchangeInfoDocument {
    return this.documentNow;
  }

  /** @throws InputError when there is no such symbol, or naming the field of a filter that cannot be used */
  change(symbol: string, { status, filters = [] }: SymbolChange): void {
    const { symbols } = this.documentNow;
    const before = symbols.find((listed) => listed.symbol === symbol);
    if (before === undefined || !this.infos.has(symbol))
      throw new InputError(`${quoted(symbol)} is not listed`);
    const types = new Set(filters.map(({ filterType }) => filterType));
    const kept = (before.filters ?? []).filter(({ filterType }) => !types.has(filterType));
    const after = { ...before, status: status ?? before.status, filters: [...kept, ...filters] };
    for (const info of parseExchangeInfo({ symbols: [after] }, 'the request').values())
      this.infos.set(symbol, info);
    this.documentNow = {
      ...this.documentNow,
      symbols: symbols.map((listed) => (listed === before ? after : listed)),
    };
  }

  /** A symbol's rules, which are always the present ones, also for who keeps them. */
  live(symbol: string): SymbolInfo {
    const now = (): SymbolInfo => {
      const info = this.infos.get(symbol);
      if (info === undefined) throw new Error(`${symbol} is not listed`);
      return info;
    };
    return new Proxy(now(), {
      get(_first, field) {
        const value: unknown = Reflect.get(now(), field);
        return value;
      },
    });
  }
}
