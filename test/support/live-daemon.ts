import { sql } from 'kysely';
import { seedSettings } from '../../seeds/settings.js';
import { VERSION } from '../../src/app/project-files.js';
import { type ControlClient, runningHedgehog } from '../../src/control/client.js';
import { controlPlaces } from '../../src/control/control-places.js';
import { InputError } from '../../src/platform/input-error.js';
import { MachineError } from '../../src/platform/machine-error.js';
import type { Environment } from '../../src/warehouse/connection.js';
import { DaemonBooks } from './daemon-books.js';
import type { TestDatabase } from './database.js';
import { ExchangeAccount } from './exchange-account.js';
import { eventually, startSimulator } from './running-hedgehog.js';

/** Of all symbols together some hundreds of trades a second. */
const SPEED = '100/s';
const PATIENCE_MS = 90_000;

/** A simulator, in a process of its own, with made-up markets; and what an engine that trades on it has in its database. */
export class LoadedMarket {
  private constructor(
    readonly port: number,
    readonly books: DaemonBooks,
  ) {}

  static async open(db: TestDatabase, symbols: readonly string[], seed: number): Promise<LoadedMarket> {
    const market = ['--market', String(seed), '--symbols', symbols.join(','), '--speed', SPEED];
    const port = await startSimulator(...market);
    return new LoadedMarket(port, new DaemonBooks(db, new ExchangeAccount(port), symbols));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Waits until so many orders more are stored: it trades. */
  async trades(more: number): Promise<void> {
    const before = await this.books.orders();
    await eventually(
      () => this.books.orders(),
      `${more} more orders than ${before}`,
      (now) => now >= before + more,
      PATIENCE_MS,
    );
  }

  /** Nobody else trades any more. Waits until the engine agrees with the exchange; answers in what it does not. */
  async settled(): Promise<string[]> {
    await this.control('market', { mode: 'step' });
    await this.control('release', {});
    return this.books.settled(PATIENCE_MS);
  }

  private async control(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.url}/control/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}

/** Has these symbols streamed, traded and stored from the next start on. */
export async function switchOnAll({ database }: TestDatabase, symbols: readonly string[]): Promise<void> {
  await seedSettings(database.kysely, symbols);
  for (const table of ['trading_settings', 'streaming_settings', 'storing_settings'])
    await sql`UPDATE ${sql.table(table)} SET status = 'on'`.execute(database.kysely);
}

/** Has an actor crash. Nothing when there is none of that name, or nobody to ask: both come and go with what is killed. */
export async function killIn(environment: Environment, name: string): Promise<void> {
  try {
    await askDaemon(environment).post('/v1/kill', { path: name });
  } catch (error) {
    if (!(error instanceof InputError || error instanceof MachineError)) throw error;
  }
}

/** The local API of the daemon that runs with this environment. Throws while none does. */
export const askDaemon = (environment: Environment): ControlClient =>
  runningHedgehog(controlPlaces(environment), VERSION, 'full');
