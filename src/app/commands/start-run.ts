import { controlPlaces } from '../../control/control-places.js';
import { describeExit } from '../../otp/index.js';
import { InputError, quoted } from '../../platform/input-error.js';
import { createLog } from '../../platform/log.js';
import { LogRing } from '../../platform/log-ring.js';
import { MachineError } from '../../platform/machine-error.js';
import { onEndAsked } from '../../platform/signals.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import type { Log, LogFields } from '../../ports/log.js';
import { type Database, openDatabase } from '../../warehouse/database.js';
import { claimForExchange } from '../../warehouse/installation.js';
import { migrateUp } from '../../warehouse/migrator.js';
import { wait } from '../../warehouse/retry.js';
import { takeRunningLock } from '../../warehouse/running-lock.js';
import type { Engine } from '../compose.js';
import { seedListed } from '../listed-symbols.js';
import { composeLive } from '../live.js';
import { VERSION } from '../project-files.js';
import { readStartConfig, type StartConfig } from '../start-config.js';

/** How long an orderly stop may take: every symbol, every trader, and what is still to be stored. */
const STOP_MS = 25_000;
const CLOSE_MS = 5_000;

/** Runs until it is asked to end, or cannot go on. */
export async function start(): Promise<void> {
  const config = await readStartConfig(process.env);
  const logs = new LogRing(systemClock);
  const log = logs.noting(createLog(config.logLevel));
  const ending = new Ending(log);
  try {
    await stayAlive(() => run(config, logs, log, ending));
  } finally {
    ending.forget();
  }
}

async function run(config: StartConfig, logs: LogRing, log: Log, ending: Ending): Promise<void> {
  const clock = systemClock;
  const database = await openDatabase({ environment: process.env, log });
  try {
    await prepare(database, config.exchange, log);
    const lock = await takeRunningLock(database, {
      clock,
      log,
      onLost: () => ending.fail('another Hedgehog took over this database while it was away'),
    });
    if (lock === null)
      throw new InputError('a Hedgehog runs on this database already; stop that one first, or name another');
    try {
      if (config.exchange.kind === 'remote' && config.exchange.isRealMoney)
        log.warn('orders cost real money: HEDGEHOG_LIVE is yes', { exchange: config.exchange.name });
      const engine = await composeLive({
        config,
        database,
        clock,
        log,
        onEnd: (reason) => ending.fail(`the supervisors gave up: ${describeExit(reason)}`),
        control: { config: config.control, places: controlPlaces(process.env), version: VERSION, logs },
      });
      log.info('Hedgehog runs', describeExchange(config.exchange));
      const reason = await ending.asked;
      await stop(engine, log, ending);
      if (reason !== null) throw new MachineError(reason);
      log.info('Hedgehog has stopped');
    } finally {
      lock.release();
    }
  } finally {
    await close(database, log);
  }
}

async function close(database: Database, log: Log): Promise<void> {
  const inTime = await Promise.race([
    database.close().then(() => true),
    wait(systemClock, CLOSE_MS).then(() => false),
  ]);
  if (inTime) return;
  log.error('the database does not answer; ending without it');
  // What waits for it would keep the process alive.
  process.exit(1);
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

function describeExchange(exchange: StartConfig['exchange']): LogFields {
  if (exchange.kind === 'mock')
    return { exchange: 'mock', symbols: exchange.symbols.size, tapes: [...exchange.tapes.keys()].join(' ') };
  const { name, endpoints, isRealMoney } = exchange;
  return { exchange: name, rest: endpoints.rest, realMoney: isRealMoney };
}

async function stop(engine: Engine, log: Log, ending: Ending): Promise<void> {
  ending.expected = true;
  log.info('stopping; orders stay where they are');
  const beganMs = systemClock.monotonicMs();
  await engine.stop(STOP_MS);
  if (systemClock.monotonicMs() - beganMs >= STOP_MS)
    throw new MachineError(`it did not stop within ${STOP_MS / 1_000} seconds, and was ended`);
}

/** Why the run ends: somebody asked, or it cannot go on. */
class Ending {
  /** The tree is being stopped, so its end is none of its own. */
  expected = false;
  /** Null when somebody asked; else what went wrong. */
  readonly asked: Promise<string | null>;
  readonly forget: () => void;
  private end!: (reason: string | null) => void;

  constructor(log: Log) {
    this.asked = new Promise((resolve) => {
      this.end = resolve;
    });
    let signals = 0;
    this.forget = onEndAsked((signal) => {
      signals++;
      if (signals === 1) return this.end(null);
      log.error(`${signal} again: ending at once`);
      process.exit(1);
    });
  }

  fail(reason: string): void {
    if (!this.expected) this.end(reason);
  }
}
