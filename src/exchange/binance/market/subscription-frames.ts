export type SubscriptionMethod = 'SUBSCRIBE' | 'UNSUBSCRIBE';

/** How much one frame may hold. */
export interface FrameLimits {
  readonly maxNames: number;
  /** Bytes of the whole frame. */
  readonly maxBytes: number;
}

/** The exchange documents no limit; so many names are far from what others have seen refused. */
export const FRAME_LIMITS: FrameLimits = { maxNames: 200, maxBytes: 4_096 };

export const subscriptionFrame = (method: SubscriptionMethod, names: readonly string[], id: number): string =>
  JSON.stringify({ method, params: names, id });

/** All that is not names, for the longest method and id. */
const EMPTY_FRAME_BYTES = subscriptionFrame('UNSUBSCRIBE', [], Number.MAX_SAFE_INTEGER).length;

/** The names in the fewest frames, in their order: every frame that costs no more than it must keeps the rate limit away. */
export function inFrames(
  names: Iterable<string>,
  { maxNames, maxBytes }: FrameLimits = FRAME_LIMITS,
): readonly (readonly string[])[] {
  const frames: string[][] = [];
  let frame: string[] = [];
  let bytes = EMPTY_FRAME_BYTES;
  for (const name of names) {
    const nameBytes = Buffer.byteLength(JSON.stringify(name)) + 1;
    // A name that is too long for any frame still goes out, alone: the exchange is the one to refuse it.
    if (frame.length > 0 && (frame.length >= maxNames || bytes + nameBytes > maxBytes)) {
      frames.push(frame);
      frame = [];
      bytes = EMPTY_FRAME_BYTES;
    }
    frame.push(name);
    bytes += nameBytes;
  }
  if (frame.length > 0) frames.push(frame);
  return frames;
}
