const KEPT = 8;

/** The last few things of a stream that may be fast: noting one costs one write. */
export class Recent<T> {
  private readonly slots: T[] = [];
  private noted = 0;

  note(item: T): void {
    this.slots[this.noted % KEPT] = item;
    this.noted++;
  }

  /** Oldest first. */
  list(): readonly T[] {
    const oldest = this.noted % KEPT;
    return this.noted <= KEPT
      ? [...this.slots]
      : [...this.slots.slice(oldest), ...this.slots.slice(0, oldest)];
  }
}
