import type { ChildSpec } from '../otp/index.js';

/** Where trades come from: tapes, or the exchange. Chosen once, by whoever puts the tree together. */
export interface StreamingSource {
  /** What has to run before the first Streamer, and begins anew with all of them. */
  readonly before: readonly ChildSpec[];
  /** Why a symbol cannot be streamed, in words; null when it can. */
  whyNot(symbol: string): string | null;
  /** Why no trades of a symbol that is streamed come, in words; null when nothing is known to keep them. */
  troubleOf(symbol: string): string | null;
  /** @param name id, and name in the registry */
  streamer(symbol: string, name: string): ChildSpec;
}
