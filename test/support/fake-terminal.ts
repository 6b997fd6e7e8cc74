import { EventEmitter } from 'node:events';

const ESCAPE = '\u001b';
/** A code, the end of a line, or a character. */
const TOKEN = new RegExp(`${ESCAPE}\\[([?\\d;]*)([A-Za-z])|\\n|[^${ESCAPE}\\n]`, 'g');

/** A terminal that keeps what was written to it, as Node's standard output would be one. */
export class FakeTerminal extends EventEmitter {
  columns = 100;
  rows = 30;
  /** It has not shown yet what was written. */
  writableNeedDrain = false;
  text = '';
  writes = 0;

  write(text: string): boolean {
    this.text += text;
    this.writes++;
    return true;
  }

  resize(columns: number, rows: number): void {
    Object.assign(this, { columns, rows });
    this.emit('resize');
  }

  get isCursorShown(): boolean {
    return this.text.lastIndexOf('\u001b[?25h') >= this.text.lastIndexOf('\u001b[?25l');
  }

  /** What is on it, by the few codes that are used here; trailing spaces and empty lines at the end left out. */
  get display(): string {
    const lines: string[] = [''];
    let [row, column] = [0, 0];
    const put = (text: string): void => {
      const line = (lines[row] ?? '').padEnd(column);
      lines[row] = line.slice(0, column) + text + line.slice(column + text.length);
      column += text.length;
    };
    const to = (at: number): void => {
      row = Math.max(0, at);
      while (lines.length <= row) lines.push('');
    };
    for (const [token, count, code] of this.text.matchAll(TOKEN)) {
      const times = Number(count || 1);
      if (token === '\n') [column] = [0, to(row + 1)];
      else if (code === undefined) put(token);
      else if (code === 'A') to(row - times);
      else if (code === 'B') to(row + times);
      else if (code === 'G') column = times - 1;
      else if (code === 'H') [column] = [0, to(0)];
      else if (code === 'J') lines.fill('');
      else if (code === 'K') lines[row] = count === '2' ? '' : (lines[row] ?? '').slice(0, column);
    }
    return lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }
}
