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
import { swingingTape } from './swinging-market.js';
import type { TempFolder } from './temp-folder.js';

/** Of all symbols together some hundreds of trades a second. */
const EVERY_MS = 10;
const PATIENCE_MS = 90_000;
/** On a walk whoever waits for the price to come back may wait for hours; here it does within a quarter of a minute. */
const HALF_SWING = 750;
const SWINGS = 8;
const MIDDLE = 50_000;
const MARKETS: ReadonlyMap<string, { readonly tick: string; readonly lot: string }> = new Map([
  ['XRPUSDT', { tick: '0.0001', lot: '5' }],
  ['ADAUSDT', { tick: '0.0001', lot: '5' }],
  ['DOGEUSDT', { tick: '0.00001', lot: '50' }],
  ['BTCUSDT', { tick: '0.01', lot: '0.05' }],
]);

/** A simulator, in a process of its own, whose markets swing; and what an engine that trades on it has in its database. */
export class LoadedMarket {
  private constructor(
    readonly port: number,
    readonly books: DaemonBooks,
  ) {}

  static async open(
    { db, folder }: { readonly db: TestDatabase; readonly folder: TempFolder },
    symbols: readonly string[],
  ): Promise<LoadedMarket> {
    const tapes = symbols.map((symbol, seed) => {
      const rules = MARKETS.get(symbol);
      if (rules === undefined) throw new Error(`there is no market of ${symbol}`);
      const swing = { symbol, middle: MIDDLE, ...rules, seed, halfSwing: HALF_SWING };
      const tape = swingingTape(swing, 2 * SWINGS * HALF_SWING, EVERY_MS, Date.now());
      return folder.write(tape, `${symbol}.csv`);
    });
    const port = await startSimulator('--tape', ...tapes, '--loop', '--speed', `${EVERY_MS}ms`);
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
