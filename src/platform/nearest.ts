/** The known word that a mistyped or shortened one was most likely meant to be; undefined when none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  // One slip in three letters is a typing error; more is another word.
  const most = Math.max(2, Math.floor(given.length / 3));
  const ranked = known
    .map((word) => ({ word, distance: distance(given.toLowerCase(), word.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= most)
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.word ?? theOneThatBeginsWith(given, known);
}

const SHORTEST = 3;

function theOneThatBeginsWith(given: string, known: readonly string[]): string | undefined {
  if (given.length < SHORTEST) return undefined;
  const [word, another] = known.filter((one) => one.toLowerCase().startsWith(given.toLowerCase()));
  return another === undefined ? word : undefined;
}

/** How many letters have to be put in, left out, replaced or swapped with their neighbour to get from one word to the other. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return last[to.length] ?? 0;
}
