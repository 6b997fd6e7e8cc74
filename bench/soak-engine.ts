import { seedSettings } from '../seeds/settings.js';
import type { Engine } from '../src/app/compose.js';
import { SIMULATOR_URL } from '../src/app/exchange-choice.js';
import { composeLive } from '../src/app/live.js';
import { VERSION } from '../src/app/project-files.js';
import { readStartConfig } from '../src/app/start-config.js';
import { actorAt } from '../src/control/actors.js';
import { controlPlaces } from '../src/control/control-places.js';
import { CallFailed, describeExit, type PubSubProtocol, publishedOn } from '../src/otp/index.js';
import type { Process } from '../src/otp/process.js';
import { LogRing } from '../src/platform/log-ring.js';
import { DaemonLog } from '../src/platform/logging/daemon-log.js';
import { everyPartAt, LogLevels } from '../src/platform/logging/log-levels.js';
import { Outlook } from '../src/trading/outlook.js';
import { type Database, openDatabase } from '../src/warehouse/database.js';
import { migrateUp } from '../src/warehouse/migrator.js';
import { answer } from './child.js';
import { CountingLog } from './counting-log.js';
import { symbolAt } from './many-symbols.js';
import { SoakClock, type SoakTime } from './soak-clock.js';

// A process of its own: the daemon's tree, composed as the daemon is, on a fast clock.

export interface SoakStart {
  readonly port: number;
  readonly symbols: number;
  readonly dataDirectory: string;
  readonly time: SoakTime;
}

/** What is held at a moment, after what nobody holds was thrown away. Sizes in MB. */
export interface Sample {
  readonly heap: number;
  readonly external: number;
  readonly resident: number;
  readonly actors: number;
  readonly waitingMessages: number;
  readonly openCalls: number;
  readonly names: number;
  readonly topics: number;
  readonly subscribers: number;
  readonly timers: number;
  readonly sockets: number;
  readonly handles: number;
  readonly connections: number;
  readonly logLines: number;
  readonly tradesHeld: number;
}

export interface Progress {
  readonly cycles: number;
  readonly restarts: number;
  readonly crashes: number;
  /** Times that a connection of market or user data came up. */
  readonly connects: number;
  readonly warnings: number;
  readonly firstTroubles: readonly string[];
  /** Where most messages wait. */
  readonly busiest: string;
  /** What each symbol waits for, in words. */
  readonly why: readonly string[];
  /** Of the time since its start: the processor's, and the event loop's. Much less of the first: the machine had no time for it. */
  readonly processorPart: number;
  readonly loopPart: number;
  /** Why the tree ended, which it never should. */
  readonly end: string | null;
}

export type SoakEngineQuestions = {
  start(start: SoakStart): Promise<void>;
  jump(ms: number): void;
  sample(nothing: null): Sample;
  progress(nothing: null): Promise<Progress>;
  /** Has one of the actors crash whose name begins so; false when there is none. */
  kill(prefix: string): boolean;
  stop(nothing: null): Promise<void>;
};

const MB = 2 ** 20;
const MOST_SHOWN = 4;
const SETTINGS = {
  ...{ chunks: 3, budget: '75', buy_down_interval: '0.0001', profit_interval: '-0.0012' },
  ...{ rebuy_interval: '0.001', status: 'on' as const },
};

const CONNECTED = /^StreamConnection \d+ is up$|^the exchange tells of our orders$/;

const inAll = (counts: Iterable<readonly [kind: string, times: number]>): number =>
  [...counts].reduce((sum, [, times]) => sum + times, 0);

class Running {
  cycles = 0;
  connects = 0;
  end: string | null = null;

  private constructor(
    readonly clock: SoakClock,
    private readonly database: Database,
    private readonly logs: LogRing,
    private readonly log: CountingLog,
  ) {}

  private engine!: Engine;

  static async start({ port, symbols: count, dataDirectory, time }: SoakStart): Promise<Running> {
    const clock = new SoakClock(time);
    const counting = new CountingLog();
    const log = new DaemonLog({
      clock,
      levels: new LogLevels(everyPartAt('info')),
      ring: new LogRing(),
      write({ level, message, fields }) {
        if (CONNECTED.test(message)) running.connects++;
        counting[level](message, fields);
      },
    });
    const url = new URL(SIMULATOR_URL);
    url.port = String(port);
    const environment = {
      HEDGEHOG_DATA_DIR: dataDirectory,
      HEDGEHOG_EXCHANGE: 'simulator',
      HEDGEHOG_SIMULATOR_URL: url.origin,
      HEDGEHOG_CONTROL_PORT: '0',
    };
    const database = await openDatabase({ environment, log });
    await migrateUp(database.kysely);
    await seedSettings(
      database.kysely,
      Array.from({ length: count }, (_, index) => symbolAt(index)),
    );
    for (const table of ['streaming_settings', 'storing_settings'] as const)
      await database.kysely.updateTable(table).set({ status: 'on' }).execute();
    await database.kysely.updateTable('trading_settings').set(SETTINGS).execute();
    const config = await readStartConfig(environment);
    const running = new Running(clock, database, log.ring, counting);
    running.engine = await composeLive({
      ...{ config, database, clock, log },
      onEnd: (reason) => {
        running.end = describeExit(reason);
      },
      control: { config: config.control, places: controlPlaces(environment), version: VERSION, logs: log },
      watch: {
        onCycleEnd: () => {
          running.cycles++;
        },
        specs: () => [],
      },
    });
    return running;
  }

  sample(): Sample {
    if (global.gc === undefined) throw new Error('the heap is measured with --expose-gc');
    global.gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    const actors = this.actors();
    const resources = process.getActiveResourcesInfo();
    const { system } = this.engine;
    const pubsub = system.registry.lookup<PubSubProtocol>('PubSub') as Process<PubSubProtocol> | undefined;
    return {
      heap: heapUsed / MB,
      external: external / MB,
      resident: rss / MB,
      actors: actors.length,
      waitingMessages: actors.reduce((sum, { load }) => sum + load.waiting, 0),
      openCalls: system.openCalls.size,
      names: system.registry.names().length,
      topics: pubsub?.state.publishedOn.size ?? 0,
      subscribers: pubsub?.state.subscriptions.size ?? 0,
      timers: this.clock.waiting,
      sockets: resources.filter((kind) => kind === 'TCPSocketWrap' || kind === 'PipeWrap').length,
      handles: resources.length,
      connections: this.database.pool.totalCount,
      logLines: this.logs.recent('debug').length,
      tradesHeld: actors
        .filter(({ name }) => name.startsWith('Subscriber '))
        .reduce((sum, actor) => sum + ((actor.inspect() as { readonly held?: number }).held ?? 0), 0),
    };
  }

  async progress(): Promise<Progress> {
    const { restarts, crashes } = this.engine.system.counts;
    const { cycles, connects, end, log } = this;
    const busiest = this.actors()
      .toSorted((a, b) => b.load.waiting - a.load.waiting)
      .slice(0, MOST_SHOWN)
      .map(({ name, load }) => `${name} ${load.waiting}`)
      .join(', ');
    const { user, system } = process.cpuUsage();
    return {
      why: await this.why(),
      processorPart: (user + system) / 1e6 / process.uptime(),
      loopPart: performance.eventLoopUtilization().utilization,
      busiest,
      cycles,
      connects,
      end,
      restarts: inAll(restarts),
      crashes: inAll(crashes),
      warnings: log.troubles,
      firstTroubles: log.firstTroubles,
    };
  }

  private async why(): Promise<readonly string[]> {
    const { system, pubsub, trading } = this.engine;
    const outlook = new Outlook({
      trading,
      published: () => publishedOn(system, pubsub),
      streams: () => () => ({ kind: 'on', trouble: null }),
      clock: this.clock,
    });
    try {
      const glance = await outlook.glance();
      return glance.symbols.map((symbol) => `${symbol}: ${glance.of(symbol)?.text}`);
    } catch (error) {
      // PubSub is being started again.
      if (error instanceof CallFailed) return [error.message];
      throw error;
    }
  }

  kill(prefix: string): boolean {
    const found = this.actors().find(({ name }) => name.startsWith(prefix));
    const { system } = this.engine;
    const actor = found === undefined ? undefined : actorAt(system, found.path);
    if (actor !== undefined) system.kill(actor, new Error('killed by the soak'));
    return actor !== undefined;
  }

  async stop(): Promise<void> {
    await this.engine.stop(60_000);
    await this.database.close();
  }

  private actors(): Process[] {
    const all: Process[] = [];
    const visit = (actors: Iterable<Process>): void => {
      for (const actor of actors) {
        all.push(actor);
        visit(actor.children.values());
      }
    };
    visit(this.engine.system.roots.values());
    return all;
  }
}

let running: Running;

answer({
  async start(asked) {
    running = await Running.start(asked);
  },
  jump: (ms) => running.clock.jump(ms),
  sample: () => running.sample(),
  progress: () => running.progress(),
  kill: (prefix) => running.kill(prefix),
  stop: () => running.stop(),
} satisfies SoakEngineQuestions);
