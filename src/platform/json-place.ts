/** A place in a text, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Where a text stops being JSON: its first character that cannot stand there, or its end. For a text that JSON.parse refuses,
 * whose message has no place in many cases, and quotes the text, which may hold a secret.
 */
export function jsonFailsAt(text: string): Place {
  const reader = new Reader(text);
  reader.document();
  const before = text.slice(0, reader.at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const SPACE = /[ \t\n\r]*/y;
const STRING_START = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** Reads as long as it is JSON. Every method answers whether it was; `at` stays where it was not. */
class Reader {
  at = 0;

  constructor(private readonly text: string) {}

  document(): boolean {
    return this.value() && this.at === this.text.length;
  }

  private value(): boolean {
    this.skip(SPACE);
    const isRead =
      this.compound('{', '}', () => this.string() && this.sign(':') && this.value()) ??
      this.compound('[', ']', () => this.value()) ??
      (this.text[this.at] === '"' ? this.string() : this.skip(SCALAR) > 0);
    if (isRead) this.skip(SPACE);
    return isRead;
  }

  /** Undefined when it does not begin here. */
  private compound(open: string, close: string, item: () => boolean): boolean | undefined {
    if (!this.sign(open)) return undefined;
    if (this.sign(close)) return true;
    while (item()) {
      if (this.sign(close)) return true;
      if (!this.sign(',')) return false;
    }
    return false;
  }

  private string(): boolean {
    this.skip(STRING_START);
    return this.sign('"');
  }

  private sign(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at++;
    this.skip(SPACE);
    return true;
  }

  private skip(pattern: RegExp): number {
    pattern.lastIndex = this.at;
    const length = pattern.exec(this.text)?.[0].length ?? 0;
    this.at += length;
    return length;
  }
}
