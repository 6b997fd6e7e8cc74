import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ExecutionReport } from '../domain/execution-report.js';
import { type ActorSnapshot, CallFailed, inspectTree, publishedOn } from '../otp/index.js';
import type { ControlDeps } from './deps.js';

/** Figures for Prometheus. They are worked out when they are asked for; nothing is counted twice for their sake. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly orders = this.counter('hedgehog_orders_total', 'orders that the exchange accepted', [
    'symbol',
    'side',
  ]);
  private readonly fills = this.counter('hedgehog_fills_total', 'fills of our orders', ['symbol', 'side']);

  constructor(private readonly deps: Pick<ControlDeps, 'system' | 'pubsub' | 'backlogs' | 'database'>) {
    collectDefaultMetrics({ register: this.registry });
    this.describeActors();
    this.describePublished();
    this.describeDatabase();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** Takes in what the exchange tells of our orders. */
  note({ symbol, side, executionType }: ExecutionReport): void {
    if (executionType === 'NEW') this.orders.inc({ symbol, side });
    if (executionType === 'TRADE') this.fills.inc({ symbol, side });
  }

  private describeActors(): void {
    const { system } = this.deps;
    const actors = (): readonly ActorSnapshot[] => inspectTree(system).flatMap(withDescendants);
    this.gauge('hedgehog_actors', 'actors that run', ['kind'], (gauge) => {
      gauge.reset();
      for (const { kind } of actors()) gauge.inc({ kind });
    });
    this.gauge('hedgehog_mailbox_messages', 'messages that wait in all mailboxes', [], (gauge) =>
      gauge.set(actors().reduce((sum, { mailbox }) => sum + mailbox, 0)),
    );
    this.gauge('hedgehog_mailbox_messages_max', 'messages that wait in the longest mailbox', [], (gauge) =>
      gauge.set(actors().reduce((most, { mailbox }) => Math.max(most, mailbox), 0)),
    );
    this.total('hedgehog_messages_handled_total', 'messages that actors have handled', () =>
      actors().reduce((sum, { handled }) => sum + handled, system.counts.handledByEnded),
    );
    this.total('hedgehog_restarts_total', 'actors that were started again', () => system.counts.restarts);
    this.total('hedgehog_crashes_total', 'actors that crashed', () => system.counts.crashes);
    this.total('hedgehog_dead_letters_total', 'messages that reached nobody', () => system.deadLetters);
  }

  private describePublished(): void {
    const { system, pubsub } = this.deps;
    const published = new Counter({
      name: 'hedgehog_published_total',
      help: 'messages published since PubSub was started; topic TRADE_EVENTS are the trades of a symbol',
      labelNames: ['topic', 'symbol'],
      registers: [this.registry],
      async collect() {
        // While PubSub is being started again there is nothing to tell.
        const topics = await publishedOn(system, pubsub).catch((error: unknown) => {
          if (error instanceof CallFailed) return new Map<string, { count: number }>();
          throw error;
        });
        published.reset();
        for (const [name, { count }] of topics) {
          const [topic = name, symbol = ''] = name.split(':');
          published.inc({ topic, symbol }, count);
        }
      },
    });
  }

  private describeDatabase(): void {
    const { backlogs, database } = this.deps;
    this.gauge('hedgehog_database_backlog', 'events heard and not stored yet', ['topic'], (gauge) => {
      gauge.reset();
      for (const [name, held] of backlogs.held()) {
        const topic = name.split(':')[0] ?? name;
        gauge.inc({ topic }, held);
      }
    });
    this.gauge('hedgehog_database_connections', 'connections to the database', ['state'], (gauge) => {
      const { totalCount, idleCount, waitingCount } = database.pool;
      gauge.set({ state: 'busy' }, totalCount - idleCount);
      gauge.set({ state: 'idle' }, idleCount);
      gauge.set({ state: 'waited-for' }, waitingCount);
    });
  }

  private gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (gauge: Gauge) => void,
  ): void {
    const registers = [this.registry];
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      collect: () => collect(gauge),
    });
  }

  /** A count that somebody else keeps. */
  private total(name: string, help: string, value: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        counter.reset();
        counter.inc(value());
      },
    });
  }

  private counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}

const withDescendants = (actor: ActorSnapshot): ActorSnapshot[] => [
  actor,
  ...actor.children.flatMap(withDescendants),
];
