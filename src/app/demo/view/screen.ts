import { createLogUpdate } from 'log-update';

/** A terminal, as Node's standard output is one. */
export type Terminal = Pick<
  NodeJS.WriteStream,
  'write' | 'columns' | 'rows' | 'writableNeedDrain' | 'on' | 'off'
>;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR = '\u001b[2J\u001b[H';
const USUAL = { columns: 80, rows: 24 };

/** A part of a terminal that is drawn again and again in place. */
export class Screen {
  private readonly update: ReturnType<typeof createLogUpdate>;
  private isOpen = false;

  /** @param onResize the terminal has another size, and is empty */
  constructor(
    private readonly terminal: Terminal,
    private readonly onResize: () => void,
  ) {
    const size = () => this.size;
    // Some pseudo-terminals say that they are 0 by 0; and the cursor is our own affair, for log-update hides the one of
    // standard error.
    const sized = {
      isTTY: true,
      get columns() {
        return size().columns;
      },
      get rows() {
        return size().rows;
      },
      write: (text: string) => terminal.write(text),
    };
    this.update = createLogUpdate(sized as unknown as NodeJS.WriteStream, { showCursor: true });
  }

  get size(): { readonly columns: number; readonly rows: number } {
    return {
      columns: this.terminal.columns || USUAL.columns,
      rows: this.terminal.rows || USUAL.rows,
    };
  }

  /** A terminal that has not shown the last text yet is left in peace. */
  draw(text: () => string): void {
    if (!this.isOpen) this.open();
    if (!this.terminal.writableNeedDrain) this.update(text());
  }

  /** Takes away what was drawn, and gives the cursor back. */
  close(): void {
    if (!this.isOpen) return;
    this.update.clear();
    this.restore();
  }

  private open(): void {
    this.isOpen = true;
    this.terminal.write(HIDE_CURSOR);
    this.terminal.on('resize', this.resized);
    process.once('exit', this.restore);
  }

  private readonly restore = (): void => {
    this.isOpen = false;
    this.terminal.off('resize', this.resized);
    process.off('exit', this.restore);
    this.terminal.write(SHOW_CURSOR);
  };

  // How a terminal breaks the old lines anew is its own affair: nobody could tell where they are.
  private readonly resized = (): void => {
    this.terminal.write(CLEAR);
    this.update.done();
    this.onResize();
  };
}
