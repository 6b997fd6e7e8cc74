import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openTape } from '../backtest/tape/tape.js';
import { tapeSymbol } from '../backtest/tape/tape-symbol.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';
import { InputError, quoted } from '../platform/input-error.js';
import { unreadable } from '../platform/input-file.js';
import { describeUnknown } from '../platform/unknown-symbols.js';
import type { Clock } from '../ports/clock.js';
import type { Pace } from '../streaming/pace.js';
import { TapeFeed } from '../streaming/tape-feed.js';

/** The files that hold a symbol's trades, played one after the other. */
export type Tapes = ReadonlyMap<string, readonly string[]>;

interface GivenTape {
  readonly file: string;
  /** Said with the file: `XRPUSDT=file`. */
  readonly symbol?: string;
}

/** `FILE`, or `SYMBOL=FILE` where the file does not say whose trades it holds. */
export const givenTapes = (text: string): readonly GivenTape[] =>
  text.split(',').map((part) => {
    const [, symbol, file] = /^([A-Z0-9]+)=(.+)$/.exec(part.trim()) ?? [];
    return symbol === undefined || file === undefined ? { file: part.trim() } : { file, symbol };
  });

/** The tapes in a folder, by name. Throws InputError when it cannot be read. */
export async function tapesIn(folder: string): Promise<readonly GivenTape[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  return names
    .filter((name) => /\.(csv|gz|zip)$/.test(name))
    .toSorted()
    .map((name) => ({ file: join(folder, name) }));
}

/**
 * Whose trades each tape holds: said with it, in its rows, or at the start of its name (`XRPUSDT-trades-2024-05-01.zip`).
 *
 * @throws InputError naming the file that cannot be read, or whose symbol is not listed
 */
export async function tapesBySymbol(
  given: readonly GivenTape[],
  symbols: ReadonlyMap<string, SymbolInfo>,
): Promise<Tapes> {
  const tapes = new Map<string, string[]>();
  for (const { file, symbol: said } of given) {
    const held = await tapeSymbol(file);
    const symbol = said ?? held ?? /^[A-Z0-9]+/.exec(basename(file))?.[0];
    if (symbol === undefined) {
      throw new InputError(`${file} does not say whose trades it holds; allowed is SYMBOL=${file}`);
    }
    if (held !== undefined && held !== symbol) {
      throw new InputError(`${file} holds trades of ${quoted(held)} and not of ${quoted(symbol)}`);
    }
    if (!symbols.has(symbol))
      throw new InputError(`the symbol of ${file}: ${describeUnknown([symbol], symbols.keys())}`);
    tapes.set(symbol, [...(tapes.get(symbol) ?? []), file]);
  }
  return tapes;
}

/** A feed for every symbol that has a tape. */
export const tapeFeeds = (
  tapes: Tapes,
  options: { readonly pace: Pace; readonly loops: boolean; readonly clock: Clock },
): ReadonlyMap<string, TapeFeed> =>
  new Map(
    [...tapes].map(([symbol, files]) => [
      symbol,
      new TapeFeed({ ...options, open: () => joined(files, symbol) }),
    ]),
  );

async function* joined(files: readonly string[], symbol: string): AsyncGenerator<readonly TradeEvent[]> {
  for (const file of files) yield* openTape(file, { symbol });
}
