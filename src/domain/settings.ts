import { Decimal } from './decimal.js';

/** How one symbol is traded. Intervals and the fee are fractions: 0.001 is a tenth of a per cent. */
export interface Settings {
  /** Most traders, and so positions, at once; a whole number from 1. */
  readonly chunks: number;
  /** Quote money for all chunks together, > 0. */
  readonly budget: Decimal;
  /** How far below the last price a cycle buys, in [0, 1). */
  readonly buyDownInterval: Decimal;
  /** Profit wanted on top of the fees of both legs, > -1. */
  readonly profitInterval: Decimal;
  /** How far below its own buy price a trader asks for one more trader, in [0, 1). */
  readonly rebuyInterval: Decimal;
  /** The exchange's commission on each leg, in [0, 1). */
  readonly fee: Decimal;
}

export const DEFAULT_SETTINGS: Settings = {
  chunks: 5,
  budget: new Decimal('1000'),
  buyDownInterval: new Decimal('0.0001'),
  profitInterval: new Decimal('-0.0012'),
  rebuyInterval: new Decimal('0.001'),
  fee: new Decimal('0.001'),
};

/** Settings as JSON, with the keys of a settings file; decimals as plain text, so that none is rounded. */
export type SettingsJson = {
  readonly chunks: number;
  readonly budget: string;
  readonly buy_down_interval: string;
  readonly profit_interval: string;
  readonly rebuy_interval: string;
  readonly fee: string;
};

export const settingsToJson = (settings: Settings): SettingsJson => ({
  chunks: settings.chunks,
  budget: settings.budget.toFixed(),
  buy_down_interval: settings.buyDownInterval.toFixed(),
  profit_interval: settings.profitInterval.toFixed(),
  rebuy_interval: settings.rebuyInterval.toFixed(),
  fee: settings.fee.toFixed(),
});
