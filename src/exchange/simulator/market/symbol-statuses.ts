import type { SymbolInfo } from '../../../domain/symbol-info.js';
import { InputError, quoted } from '../../../platform/input-error.js';

/** The status of each listed symbol, which may change while the simulator runs. */
export class SymbolStatuses {
  private readonly statuses: Map<string, string>;

  constructor(symbols: Iterable<SymbolInfo>) {
    this.statuses = new Map([...symbols].map(({ symbol, status }) => [symbol, status]));
  }

  /** @throws InputError when there is no such symbol */
  set(symbol: string, status: string): void {
    if (!this.statuses.has(symbol)) throw new InputError(`${quoted(symbol)} is not listed`);
    this.statuses.set(symbol, status);
  }

  of(symbol: string): string {
    return this.statuses.get(symbol) ?? 'BREAK';
  }

  /** The symbol's rules, whose status is always the present one. */
  live(info: SymbolInfo): SymbolInfo {
    const statusNow = () => this.of(info.symbol);
    return {
      ...info,
      get status() {
        return statusNow();
      },
    };
  }
}
