import type { DesiredState, Wish } from '../../src/ports/desired-state.js';

/** What is wanted, as a test says it. */
export class Desired<Wanted> implements DesiredState<Wanted> {
  readonly wishes = new Map<string, Wish<Wanted>>();
  readonly followers = new Set<() => void>();
  reads = 0;
  /** Holds up reading. */
  gate: Promise<void> = Promise.resolve();
  private version = 0;

  /** Says it and tells of it. */
  want(name: string, wanted: Wanted): void {
    this.wishes.set(name, { version: String(++this.version), wanted });
    this.tell();
  }

  drop(name: string): void {
    this.wishes.delete(name);
    this.tell();
  }

  tell(): void {
    for (const onChange of this.followers) onChange();
  }

  async read(): Promise<ReadonlyMap<string, Wish<Wanted>>> {
    this.reads++;
    await this.gate;
    return new Map(this.wishes);
  }

  follow(onChange: () => void): () => void {
    this.followers.add(onChange);
    return () => this.followers.delete(onChange);
  }
}
