/** Waiting on a clock alone does not keep a process alive, and a database that is away is waited for. */
export async function keptAlive<T>(work: Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, 1 << 30);
  try {
    return await work;
  } finally {
    clearInterval(hold);
  }
}
