import type { Decimal } from '../../../domain/decimal.js';
import type { ActorSnapshot } from '../../../otp/index.js';
import type { Totals } from '../trading-ledger.js';
import type { Tone } from './styled-line.js';

/** Something that happened, in words. */
export interface DemoEvent {
  /** Since the market opened. */
  readonly atMs: number;
  readonly symbol: string;
  readonly text: string;
  readonly tone: Tone;
}

/** How a symbol stands. */
export interface SymbolView {
  readonly symbol: string;
  readonly quoteAsset: string;
  /** Null before the first trade, both. */
  readonly firstPrice: Decimal | null;
  readonly lastPrice: Decimal | null;
  /** Public trades. */
  readonly seen: number;
  readonly stored: number;
  readonly totals: Totals;
}

/** How the demo stands. */
export interface DemoView {
  readonly elapsedMs: number;
  readonly isClosing: boolean;
  readonly symbols: readonly SymbolView[];
  readonly tree: readonly ActorSnapshot[];
}
