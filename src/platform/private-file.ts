const OTHERS = 0o077;

/**
 * What is wrong with a file that holds a secret when others than its owner may read it; undefined when nothing is.
 *
 * @param mode as `stat` tells it
 */
export function openToOthers(file: string, mode: number): string | undefined {
  if ((mode & OTHERS) === 0) return undefined;
  const given = (mode & 0o777).toString(8).padStart(4, '0');
  return `${file} holds a secret and has mode ${given}; allowed are 0600 and 0400`;
}
