/** How often something happened, by kind of actor. */
export class KindCounts {
  private readonly byKind = new Map<string, number>();

  add(kind: string, times = 1): void {
    this.byKind.set(kind, this.of(kind) + times);
  }

  of(kind: string): number {
    return this.byKind.get(kind) ?? 0;
  }

  [Symbol.iterator](): IterableIterator<[kind: string, times: number]> {
    return this.byKind[Symbol.iterator]();
  }
}
