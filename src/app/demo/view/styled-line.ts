/** How a piece of a line is meant. */
export type Tone = 'plain' | 'title' | 'quiet' | 'good' | 'bad' | 'alarm';

export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** A line of the terminal, without colours yet: so that its width is the number of its characters. */
export type StyledLine = readonly Piece[];

export const piece = (text: string, tone: Tone = 'plain'): Piece => ({ text, tone });

export const widthOf = (line: StyledLine): number => line.reduce((sum, { text }) => sum + text.length, 0);

const CUT = '…';

/** The line in at most so many characters, the last of which tells that there was more. */
export function cut(line: StyledLine, width: number): StyledLine {
  if (widthOf(line) <= width) return line;
  const kept: Piece[] = [];
  let left = width - CUT.length;
  for (const { text, tone } of line) {
    if (left <= 0) break;
    kept.push({ text: text.slice(0, left), tone });
    left -= text.length;
  }
  return width < CUT.length ? [] : [...kept, piece(CUT, kept.at(-1)?.tone)];
}

/** Codes of ECMA-48 that begin and end a tone. */
const CODES: Readonly<Record<Tone, readonly [begin: string, end: string] | null>> = {
  plain: null,
  title: ['1', '22'],
  quiet: ['2', '22'],
  good: ['32', '39'],
  bad: ['31', '39'],
  alarm: ['1;33', '22;39'],
};

/** The line as a terminal takes it. */
export const painted = (line: StyledLine, colours: boolean): string =>
  line
    .map(({ text, tone }) => {
      const codes = colours ? CODES[tone] : null;
      return codes === null ? text : `\u001b[${codes[0]}m${text}\u001b[${codes[1]}m`;
    })
    .join('')
    .trimEnd();
