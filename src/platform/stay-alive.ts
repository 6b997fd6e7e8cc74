/** Keeps the process alive until the work is done: waiting on a clock alone does not. */
export async function stayAlive<T>(work: () => Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, 2 ** 30);
  try {
    return await work();
  } finally {
    clearInterval(hold);
  }
}
