const LIMIT_MS = 20_000;

/**
 * Resolves once the condition holds; looks again after every turn of the event loop, when `between` has run. Throws, with what
 * the condition looks at, when it does not come to hold.
 */
export async function until(holds: () => boolean, between: () => void = () => undefined): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`it did not come to hold: ${holds.toString()}`);
    between();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
