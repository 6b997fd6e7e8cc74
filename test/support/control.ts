import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import type { Engine } from '../../src/app/compose.js';
import { composeLive } from '../../src/app/live.js';
import { readStartConfig } from '../../src/app/start-config.js';
import { announcedIn } from '../../src/control/announcement.js';
import { type ControlPlaces, controlPlaces } from '../../src/control/control-places.js';
import type { ExitReason } from '../../src/otp/index.js';
import type { DaemonLog } from '../../src/platform/logging/daemon-log.js';
import { logInto } from '../../src/platform/logging/log-into.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Database } from '../../src/warehouse/database.js';
import { type TestDatabase, testDatabase } from './database.js';
import { aLog, type LogEntry } from './log.js';
import { eventually } from './running-hedgehog.js';
import { tempFolder } from './temp-folder.js';

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
  readonly json: any;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
  /** Default the full one; null for none. */
  readonly token?: string | null;
  readonly overSocket?: boolean;
}

export interface ControlledEngine {
  readonly engine: Engine;
  readonly db: TestDatabase;
  readonly places: ControlPlaces;
  readonly entries: readonly LogEntry[];
  readonly log: DaemonLog;
  readonly ends: readonly ExitReason[];
  readonly port: number;
  readonly tokens: { readonly full: string; readonly read: string };
  ask(path: string, asking?: Asking): Promise<Answered>;
}

/** A whole tree with its local API, before each test of the file; what it is on is what `prepare` has switched on. */
export function controlledEngine(
  symbols: readonly string[],
  prepare: (db: TestDatabase) => Promise<unknown> = async () => {},
  environment: Readonly<Record<string, string>> = {},
): ControlledEngine {
  const db = testDatabase();
  const folder = tempFolder();
  let running: Omit<ControlledEngine, 'ask' | 'db'> & { readonly database: Database };
  beforeEach(async () => {
    await db.empty();
    await seedSettings(db.database.kysely, symbols);
    await prepare(db);
    const places = controlPlaces({ ...db.environment, HEDGEHOG_DATA_DIR: folder.path('data') });
    const database = await db.open();
    const shown = aLog();
    const log = logInto(shown, 'debug', systemClock);
    const ends: ExitReason[] = [];
    const config = await readStartConfig({ HEDGEHOG_CONTROL_PORT: '0', ...environment });
    const engine = await composeLive({
      config,
      database,
      clock: systemClock,
      log,
      onEnd: (reason) => ends.push(reason),
      control: { config: config.control, places, version: '1.2.3', logs: log },
    });
    const announced = await eventually(() => announcedIn(places.announcement), 'it listens');
    const tokens = {
      full: readFileSync(places.fullToken, 'utf8').trim(),
      read: readFileSync(places.readToken, 'utf8').trim(),
    };
    const port = announced?.port ?? 0;
    running = { engine, database, places, entries: shown.entries, log, ends, port, tokens };
  });
  afterEach(async () => {
    await running.engine.stop();
    await running.database.close();
  });
  return {
    db,
    get engine() {
      return running.engine;
    },
    get places() {
      return running.places;
    },
    get entries() {
      return running.entries;
    },
    get log() {
      return running.log;
    },
    get ends() {
      return running.ends;
    },
    get port() {
      return running.port;
    },
    get tokens() {
      return running.tokens;
    },
    ask: (path, asking) => ask(running, path, asking),
  };
}

async function ask(
  { port, tokens, places }: Pick<ControlledEngine, 'port' | 'tokens' | 'places'>,
  path: string,
  { method, headers, body, token = tokens.full, overSocket = false }: Asking = {},
): Promise<Answered> {
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const where = overSocket
    ? { socketPath: announcedIn(places.announcement)?.socket ?? '' }
    : { host: '127.0.0.1', port };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(
      {
        ...where,
        path,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        agent: false,
        headers: {
          host: `127.0.0.1:${port}`,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      resolve,
    );
    asking.once('error', reject);
    asking.end(sent);
  });
  const answered = await text(response);
  const isJson = response.headers['content-type']?.startsWith('application/json') === true;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: answered,
    json: isJson ? (JSON.parse(answered) as unknown) : undefined,
  };
}
