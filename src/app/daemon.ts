import { controlPlaces } from '../control/control-places.js';
import { type ActorSystem, describeExit, type ExitReason, RestartIntensityExceeded } from '../otp/index.js';
import { InputError, quoted } from '../platform/input-error.js';
import type { DaemonLog } from '../platform/logging/daemon-log.js';
import { MachineError } from '../platform/machine-error.js';
import { systemClock } from '../platform/system-clock.js';
import type { Log } from '../ports/log.js';
import { type Environment, shownTarget, targetOf } from '../warehouse/connection.js';
import { type Database, openDatabase } from '../warehouse/database.js';
import { claimForExchange } from '../warehouse/installation.js';
import { type LockHolder, shownHolder, thisProcess } from '../warehouse/lock-holder.js';
import { migrateUp } from '../warehouse/migrator.js';
import { wait } from '../warehouse/retry.js';
import { runningHolder, takeRunningLock } from '../warehouse/running-lock.js';
import { takeAccountLock } from './account-lock.js';
import type { Engine } from './compose.js';
import type { Ending } from './ending.js';
import { seedListed } from './listed-symbols.js';
import { composeLive, type Watch } from './live.js';
import { VERSION } from './project-files.js';
import type { StartConfig } from './start-config.js';

/** How long an orderly stop may take: every symbol, every trader, and what is still to be stored. */
const STOP_MS = 25_000;
const DISCONNECT_MS = 5_000;
const LAST_WORDS_MS = 1_000;

export interface DaemonOptions {
  /** Names the database. */
  readonly environment: Environment;
  readonly config: StartConfig;
  readonly log: DaemonLog;
  readonly ending: Ending;
  /** Told of the actors as soon as there are any. */
  readonly onActors?: (system: ActorSystem) => void;
  /** Who else listens in the tree. */
  readonly watch?: Watch;
}

export interface RunningDaemon {
  readonly engine: Engine;
  readonly database: Database;
}

/** Whoever runs it is told how far it is. */
export interface Attendant {
  /** The tree is up; what this waits for delays no end that is asked for by a signal. */
  running(daemon: RunningDaemon): Promise<void>;
  /** It is about to be stopped. */
  ending?(daemon: RunningDaemon): Promise<void>;
  /** The tree is down, and the database is open still. */
  stopped?(daemon: RunningDaemon): Promise<void>;
}

/**
 * Runs Hedgehog until its end is asked for, or it cannot go on.
 *
 * @throws InputError when the database is another's, or another process runs on it or on the account; MachineError when it could not go on
 */
export async function runDaemon(options: DaemonOptions, attendant: Attendant): Promise<void> {
  const { environment, config } = options;
  const holder = thisProcess(VERSION, systemClock.wallMs());
  if (config.exchange.kind === 'mock') return runOnDatabase(options, holder, attendant);
  const account = await takeAccountLock({
    exchange: config.exchange,
    holder,
    database: shownTarget(targetOf(environment)),
    clock: systemClock,
  });
  try {
    await runOnDatabase(options, holder, attendant);
  } finally {
    account.release();
  }
}

async function runOnDatabase(
  options: DaemonOptions,
  holder: LockHolder,
  attendant: Attendant,
): Promise<void> {
  const { environment, config, log, ending, onActors, watch } = options;
  const clock = systemClock;
  const database = await openDatabase({ environment, log: log.part('database') });
  try {
    const lock = await takeRunningLock(database, {
      clock,
      log: log.part('database'),
      holder,
      onLost: () => ending.fail('another Hedgehog took over this database while it was away'),
    });
    if (lock === null) throw await runsAlready(database);
    try {
      await prepare(database, config.exchange, log.part('database'));
      if (config.exchange.kind === 'remote' && config.exchange.isRealMoney)
        log.warn('orders cost real money: HEDGEHOG_LIVE is yes', { exchange: config.exchange.name });
      const engine = await composeLive({
        ...{ config, database, clock, log },
        onEnd: (reason) => ending.fail(whyEnded(reason)),
        control: { config: config.control, places: controlPlaces(environment), version: VERSION, logs: log },
        ...(watch === undefined ? {} : { watch }),
      });
      onActors?.(engine.system);
      const reason = await attended(attendant, { engine, database }, ending, log);
      if (reason !== null) throw new MachineError(reason);
    } finally {
      lock.release();
    }
  } finally {
    await close(database, log);
  }
}

const whyEnded = (reason: ExitReason): string =>
  `Hedgehog gave up: ${reason instanceof RestartIntensityExceeded ? reason.story : describeExit(reason)}. Orders stay where they are; ` +
  'started again, it goes on with what it has in the database';

async function runsAlready({ kysely }: Database): Promise<InputError> {
  const holder = await runningHolder(kysely);
  const who = holder === null ? '' : `: ${shownHolder(holder)}`;
  return new InputError(
    `a Hedgehog runs on this database already${who}; stop that one first, or name another database`,
  );
}

async function attended(
  attendant: Attendant,
  daemon: RunningDaemon,
  ending: Ending,
  log: Log,
): Promise<string | null> {
  let reason: string | null = null;
  try {
    await attendant.running(daemon);
    reason = await ending.asked;
    if (reason === null) await attendant.ending?.(daemon);
  } finally {
    await stop(daemon.engine, log, ending);
  }
  if (reason === null) await attendant.stopped?.(daemon);
  return reason;
}

async function close(database: Database, log: Log): Promise<void> {
  const inTime = await Promise.race([
    database.disconnect().then(() => true),
    wait(systemClock, DISCONNECT_MS).then(() => false),
  ]);
  // However long our own server takes to write all of it to the disk, that is no failure.
  if (inTime) return database.close();
  log.error('the database does not answer; ending without it');
  process.exitCode = 1;
  // What waits for it would keep the process alive. Until then there is time to tell why it ends.
  systemClock.after(LAST_WORDS_MS, () => process.exit());
  return undefined;
}

async function prepare(database: Database, exchange: StartConfig['exchange'], log: Log): Promise<void> {
  const migrated = await migrateUp(database.kysely);
  if (migrated.length > 0) log.info('the tables were brought up to date', { migrations: migrated.join(' ') });
  const owner = await claimForExchange(database.kysely, exchange.name);
  if (owner !== exchange.name) {
    throw new InputError(
      `the database is that of the exchange ${owner}, and HEDGEHOG_EXCHANGE is ${quoted(exchange.name)}: its orders and trades mean ` +
        'nothing there; HEDGEHOG_DATABASE names another database',
    );
  }
  // What another exchange lists is known once it has answered.
  if (exchange.kind === 'mock') await seedListed(database, exchange.symbols.keys(), log);
}

async function stop(engine: Engine, log: Log, ending: Ending): Promise<void> {
  ending.expected = true;
  log.info('stopping; orders stay where they are');
  const beganMs = systemClock.monotonicMs();
  await engine.stop(STOP_MS);
  if (systemClock.monotonicMs() - beganMs >= STOP_MS)
    throw new MachineError(`it did not stop within ${STOP_MS / 1_000} seconds, and was ended`);
}
