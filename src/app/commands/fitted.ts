const MORE = '…';

/** What of a text fits a terminal: lines are cut at its edge, and the last row tells how many there are below it. */
export function fitted(text: string, columns: number, rows: number): string {
  const lines = text.split('\n').map((line) => {
    const characters = Array.from(line);
    return characters.length <= columns ? line : `${characters.slice(0, columns - 1).join('')}${MORE}`;
  });
  if (lines.length <= rows) return lines.join('\n');
  const kept = lines.slice(0, Math.max(rows - 1, 0));
  return [...kept, `${MORE} ${lines.length - kept.length} more lines`].join('\n');
}
