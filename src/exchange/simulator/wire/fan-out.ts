import type { TradeEvent } from '../../../domain/trade-event.js';
import type { TimeUnit } from '../api/api-types.js';
import { aggTradeText, framed, type StreamForm, tradeText } from './stream-payloads.js';

/** Whoever takes what is pushed on a stream. */
export interface StreamReader {
  readonly form: StreamForm;
  push(text: Buffer): void;
}

type Payload = (event: TradeEvent, unit: TimeUnit) => string;

const PAYLOADS: Readonly<Record<string, Payload>> = { trade: tradeText, aggTrade: aggTradeText };

/** Stream name -> its readers. A name that stands for no stream may be read: nothing ever comes. */
export class FanOut {
  private readonly readersOf = new Map<string, Set<StreamReader>>();
  /** Lower-case symbol of an upper-case one, which every trade has to be turned into. */
  private readonly lowerCase = new Map<string, string>();

  join(stream: string, reader: StreamReader): void {
    const readers = this.readersOf.get(stream) ?? new Set();
    this.readersOf.set(stream, readers.add(reader));
  }

  leave(stream: string, reader: StreamReader): void {
    const readers = this.readersOf.get(stream);
    readers?.delete(reader);
    if (readers?.size === 0) this.readersOf.delete(stream);
  }

  /**
   * Pushes a trade to the readers of its streams. Each form is written once, however many read it.
   *
   * @param spoil changes the text of a frame on purpose
   */
  tell(event: TradeEvent, spoil: (text: string) => string = (text) => text): void {
    for (const kind of Object.keys(PAYLOADS)) {
      const stream = `${this.lowerCaseOf(event.symbol)}@${kind}`;
      const readers = this.readersOf.get(stream);
      if (readers === undefined) continue;
      const texts = new Map<string, Buffer>();
      for (const reader of readers) reader.push(textFor(texts, stream, kind, event, reader.form, spoil));
    }
  }

  private lowerCaseOf(symbol: string): string {
    const known = this.lowerCase.get(symbol);
    if (known !== undefined) return known;
    const lower = symbol.toLowerCase();
    this.lowerCase.set(symbol, lower);
    return lower;
  }
}

function textFor(
  texts: Map<string, Buffer>,
  stream: string,
  kind: string,
  event: TradeEvent,
  { unit, combined }: StreamForm,
  spoil: (text: string) => string,
): Buffer {
  const form = combined ? `combined ${unit}` : unit;
  const known = texts.get(form);
  if (known !== undefined) return known;
  const payload = (PAYLOADS[kind] as Payload)(event, unit);
  const text = Buffer.from(spoil(framed(stream, payload, combined)));
  texts.set(form, text);
  return text;
}
