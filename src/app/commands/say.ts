/** A line, or lines, of what was asked for. */
export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
