/** Which of the newest ids were seen: one bit for each, so that the memory it takes never grows. */
export class IdWindow {
  private readonly bits: Uint8Array;
  private highest: number | null = null;

  /** @param size how far behind the highest id one can still be told from those seen; a multiple of 8 */
  constructor(private readonly size: number) {
    this.bits = new Uint8Array(size / 8);
  }

  /** From now on every id up to this one counts as seen. */
  seenUpTo(id: number): void {
    this.highest = id;
    this.bits.fill(0xff);
  }

  /** Notes an id and tells whether it is new. `too-old`: it lies so far back that nobody knows. */
  take(id: number): 'new' | 'seen' | 'too-old' {
    const { highest } = this;
    if (highest === null || id > highest) {
      this.moveTo(id, highest ?? id - this.size);
    } else {
      if (id <= highest - this.size) return 'too-old';
      if (this.has(id)) return 'seen';
    }
    this.mark(id);
    return 'new';
  }

  private moveTo(id: number, from: number): void {
    this.highest = id;
    if (id - from >= this.size) this.bits.fill(0);
    else for (let next = from + 1; next <= id; next++) this.clear(next);
  }

  // Slots repeat after `size` ids, and only that many are told apart at any time.
  private slot(id: number): number {
    return ((id % this.size) + this.size) % this.size;
  }

  private has(id: number): boolean {
    const slot = this.slot(id);
    return ((this.bits[slot >> 3] as number) & (1 << (slot & 7))) !== 0;
  }

  private mark(id: number): void {
    const slot = this.slot(id);
    this.bits[slot >> 3] = (this.bits[slot >> 3] as number) | (1 << (slot & 7));
  }

  private clear(id: number): void {
    const slot = this.slot(id);
    this.bits[slot >> 3] = (this.bits[slot >> 3] as number) & ~(1 << (slot & 7));
  }
}
