/** The part of the characters that may differ, for two texts to be alike. */
const ALIKE = 0.4;

/**
 * The names that somebody may have meant, the nearest first, at most `most`; empty when none is anything like it.
 * Capital letters make no difference.
 */
export function nearestNames(given: string, names: Iterable<string>, most = 3): readonly string[] {
  const meant = given.toLowerCase();
  return [...new Set(names)]
    .map((name) => ({ name, distance: distanceTo(name.toLowerCase(), meant) }))
    .filter(({ distance }) => distance <= ALIKE * meant.length)
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** Of the name, or of as much of its beginning as was given. */
const distanceTo = (name: string, meant: string): number =>
  Math.min(editDistance(meant, name), editDistance(meant, name.slice(0, meant.length)));

/** How many characters have to be put in, taken out or replaced to make one of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (char === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
