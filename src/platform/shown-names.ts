const MOST_NAMES = 30;

/** Names in order, for a message: the first thirty, and how many more there are. */
export function shownNames(names: Iterable<string>): string {
  const sorted = [...names].toSorted();
  if (sorted.length <= MOST_NAMES) return sorted.join(', ');
  return `${sorted.slice(0, MOST_NAMES).join(', ')} and ${sorted.length - MOST_NAMES} more`;
}
