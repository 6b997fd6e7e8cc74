/** After the run: stops its server and removes what it made. The two share this process, and its globals. */
export default async function tearDown(): Promise<void> {
  await (globalThis as { endDatabaseRun?: () => Promise<void> }).endDatabaseRun?.();
}
