import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { codeOf, messageOf } from '../platform/error-facts.js';
import { InputError } from '../platform/input-error.js';
import { SUPERUSER } from '../platform/postgres/data-directory.js';
import { type EmbeddedServer, useEmbeddedServer } from '../platform/postgres/embedded-server.js';
import { systemClock } from '../platform/system-clock.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { type Environment, type Target, targetOf, withoutTls } from './connection.js';
import { listen } from './listener.js';
import { type RetryOptions, withRetry } from './retry.js';
import type { Tables } from './schema.js';

export interface DatabaseOptions {
  /** `process.env`: HEDGEHOG_ENV, HEDGEHOG_DATA_DIR and DATABASE_URL are read. */
  readonly environment: Environment;
  readonly log: Log;
  readonly clock?: Clock;
  /** Another database on the same server than the one that the environment names. */
  readonly database?: string;
  /** Most connections at once, beside one for each channel that is listened to and those apart; 10 unless given. */
  readonly poolSize?: number;
  /** Whether a database that is missing on the server that Hedgehog runs itself is made; it is unless this says no. */
  readonly create?: boolean;
  /** How long a server that does not take connections is waited for before it counts as missing; 10,000 unless given. */
  readonly openingMs?: number;
}

export interface DatabaseCounts {
  /** Connections found lost otherwise than by a query's error, which is among the retries. */
  lost: number;
  /** Times that something was tried again because the database could not be reached. */
  retries: number;
}

/** An open database. It outlives its server: what was under way fails, and later queries find the server that came back. */
export interface Database {
  readonly kysely: Kysely<Tables>;
  readonly pool: pg.Pool;
  readonly target: Target;
  /** What went wrong with connections since it was opened. */
  readonly counts: Readonly<DatabaseCounts>;
  /**
   * Connections beside those of `pool`, for work that needs several at once: taken from a pool that others use, or that is too
   * small, they might wait for one another for ever. Whoever asks for them ends them.
   */
  connectionsApart(most: number): pg.Pool;
  /**
   * Listens on a channel of NOTIFY, on a connection of its own, until the function it resolves to is called.
   *
   * @param onReconnected the connection was lost and found again: what was told meanwhile is lost, so read it anew
   */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnected: () => void,
  ): Promise<() => Promise<void>>;
  /** Runs the work again, with backoff, when the connection was at fault. The work must be such that it can be done twice. */
  withRetry<T>(work: () => Promise<T>, options?: RetryOptions): Promise<T>;
  /** Ends the connections; waits for queries under way. */
  disconnect(): Promise<void>;
  /** The same, and gives up the server, which stops with its last user. */
  close(): Promise<void>;
}

/**
 * Opens the database that the environment names, once it answers. In the server that Hedgehog runs itself, the server is
 * started and the database made when need be; it has no tables until they are migrated.
 *
 * @throws InputError when the environment, or the server it names, is not as it should be
 * @throws MachineError when this machine has no server and cannot start one
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { environment, log, clock = systemClock } = options;
  const target = targetOf(environment, options.database);
  const server = target.kind === 'embedded' ? await useEmbeddedServer(target.dataDirectory) : undefined;
  try {
    const { create = true, openingMs = OPENING_MS } = options;
    const config = await settledConfig(target, server, { log, clock, create, openingMs });
    return opened({ target, server, config, poolSize: options.poolSize ?? 10, log, clock });
  } catch (error) {
    await server?.release();
    throw error;
  }
}

interface Opened {
  readonly target: Target;
  readonly server: EmbeddedServer | undefined;
  readonly config: pg.ClientConfig;
  readonly poolSize: number;
  readonly log: Log;
  readonly clock: Clock;
}

function opened({ target, server, config, poolSize, log, clock }: Opened): Database {
  const Client = clientFor(server);
  const counts: DatabaseCounts = { lost: 0, retries: 0 };
  let leaving: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  // A lost connection is told to whoever uses it by the query's error; without these handlers it would end the process.
  const lost = (error: Error): void => {
    // The server may stop while the last of our goodbyes are on their way.
    if (leaving === undefined) log.warn('a connection to the database was lost', { reason: error.message });
  };
  const poolOf = (max: number): pg.Pool =>
    new pg.Pool({ ...config, Client, max }).on('error', lost).on('connect', (client) =>
      client.on('error', () => {
        if (leaving === undefined) counts.lost++;
      }),
    );
  const pool = poolOf(poolSize);
  const connect = async (): Promise<pg.Client> => {
    const client = new Client(config);
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const listeners = new Set<() => Promise<void>>();
  const disconnect = (): Promise<void> => {
    leaving ??= (async () => {
      await Promise.all([...listeners].map((stop) => stop()));
      await pool.end();
    })();
    return leaving;
  };
  return {
    kysely: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    pool,
    target,
    counts,
    connectionsApart: poolOf,
    async listen(channel, onPayload, onReconnected) {
      const reconnected = (): void => {
        counts.lost++;
        onReconnected();
      };
      const stop = await listen({ channel, onPayload, onReconnected: reconnected }, { connect, clock, log });
      listeners.add(stop);
      return () => {
        listeners.delete(stop);
        return stop();
      };
    },
    withRetry(work, retry) {
      let isFirst = true;
      const counted: typeof work = () => {
        if (!isFirst) counts.retries++;
        isFirst = false;
        return work();
      };
      return withRetry(counted, { ...retry, clock, log });
    },
    disconnect,
    close() {
      closing ??= disconnect().then(() => server?.release());
      return closing;
    },
  };
}

const OPENING_MS = 10_000;

/** Connects once, and so finds out what the server needs: no TLS, or the database made first. */
async function settledConfig(
  target: Target,
  server: EmbeddedServer | undefined,
  {
    create,
    openingMs,
    ...deps
  }: { readonly log: Log; readonly clock: Clock; readonly create: boolean; readonly openingMs: number },
): Promise<pg.ClientConfig> {
  const config = configFor(target, openingMs);
  const attempt = async (given: pg.ClientConfig): Promise<void> => {
    const client = new (clientFor(server))(given);
    client.on('error', () => {});
    try {
      await client.connect();
    } finally {
      await client.end().catch(() => {});
    }
  };
  try {
    await withRetry(() => attempt(config), { ...deps, giveUpAfterMs: openingMs });
    return config;
  } catch (error) {
    if (target.kind === 'url') {
      const plain = withoutTls(target.url);
      if (plain === undefined || !messageOf(error).includes('does not support SSL'))
        throw unusable(target, error);
      const without = { ...config, connectionString: plain };
      await attempt(without).catch((failure: unknown) => {
        throw unusable(target, failure);
      });
      return without;
    }
    if (codeOf(error) !== DATABASE_MISSING) throw error;
    if (!create)
      throw new DatabaseMissing(`there is no database ${target.database} yet: hedgehog db setup makes it`);
    await makeDatabase({ ...config, database: 'postgres' }, clientFor(server), target.database);
    return config;
  }
}

/** The server has no such database, and none was to be made. */
export class DatabaseMissing extends InputError {}

const DATABASE_MISSING = '3D000';
/** Another process makes the same database at the same time. */
const MADE_ALREADY = ['42P04', '23505'];

async function makeDatabase(config: pg.ClientConfig, Client: typeof pg.Client, name: string): Promise<void> {
  const client = new Client(config);
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    if (!MADE_ALREADY.includes(codeOf(error))) throw error;
  } finally {
    await client.end();
  }
}

/** A connection that is idle for so long is asked whether it still is one. The system's own delay is hours. */
const KEEP_ALIVE_AFTER_MS = 30_000;

function configFor(target: Target, connectionTimeoutMillis: number): pg.ClientConfig {
  const shared = {
    application_name: 'hedgehog',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  };
  if (target.kind === 'url') return { ...shared, connectionString: target.url, connectionTimeoutMillis };
  // The host is the socket's folder, known on connecting. All is given here, or pg would take it from PGPORT and the like.
  return {
    ...shared,
    host: '/',
    port: 5432,
    user: SUPERUSER,
    password: '',
    database: target.database,
    ssl: false,
  };
}

/** A client that has its server run before it connects to it. */
function clientFor(server: EmbeddedServer | undefined): typeof pg.Client {
  if (server === undefined) return pg.Client;
  return class ReachingClient extends pg.Client {
    override connect(): Promise<pg.Client>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<pg.Client> | undefined {
      const connected = this.reachAndConnect();
      if (callback === undefined) return connected;
      const tell = callback as (error: Error | null, client?: pg.Client) => void;
      void connected.then(
        (client) => tell(null, client),
        (error: Error) => tell(error),
      );
      return undefined;
    }

    private async reachAndConnect(): Promise<pg.Client> {
      Object.assign(this, { host: await server.reach() });
      return super.connect();
    }
  };
}

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'the password is wrong',
  '28000': 'the server does not let this user in',
  [DATABASE_MISSING]: 'there is no such database; make it with createdb, or name another one',
};

/** What to tell of a server that was named and cannot be used. pg's messages hold no password, and its URL is not shown. */
function unusable(target: Extract<Target, { kind: 'url' }>, error: unknown): InputError {
  const reason = REFUSALS[codeOf(error)] ?? (messageOf(error) || codeOf(error));
  return new InputError(`the database in DATABASE_URL, ${target.shown}, cannot be used: ${reason}`);
}
