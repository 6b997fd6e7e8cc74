import { SingleBar } from 'cli-progress';

/** On standard error, and only on a terminal: nothing is drawn into a file or a pipe. Stop it at the end. */
export function progressBar(doing: string): SingleBar {
  const bar = new SingleBar({
    format: `${doing} {bar} {percentage}% | {duration_formatted}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    noTTYOutput: false,
  });
  bar.start(1, 0);
  return bar;
}
