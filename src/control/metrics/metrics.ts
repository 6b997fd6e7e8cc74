import { collectDefaultMetrics, Registry } from 'prom-client';
import type { ExecutionReport } from '../../domain/execution-report.js';
import { CallFailed, type Published, publishedOn } from '../../otp/index.js';
import { isConnectionError } from '../../warehouse/retry.js';
import type { ControlDeps } from '../deps.js';
import type { EarnedSoFar } from '../earned-so-far.js';
import { inTime, NotNow } from '../in-time.js';
import { describeActors } from './actor-metrics.js';
import { describeDatabase } from './database-metrics.js';
import { describeExchange } from './exchange-metrics.js';
import { describeMarket } from './market-metrics.js';
import { Meter } from './meter.js';
import { describeTrading, OrderCounts } from './trading-metrics.js';

type MetricsDeps = Pick<
  ControlDeps,
  | 'system'
  | 'pubsub'
  | 'backlogs'
  | 'database'
  | 'outlook'
  | 'symbols'
  | 'exchangeFigures'
  | 'placements'
  | 'clock'
>;

/** How long a reader waits for what was earned lately; then it gets what is known. */
const PATIENCE_MS = 1_000;

/** Figures for Prometheus; docs/metrics.md lists them. They are worked out when they are asked for. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly orders = new OrderCounts();
  private published: ReadonlyMap<string, Published> = new Map();

  constructor(
    private readonly deps: MetricsDeps,
    private readonly earned: EarnedSoFar,
  ) {
    const { system, exchangeFigures, placements, clock } = deps;
    const meter = new Meter(this.registry);
    collectDefaultMetrics({ register: this.registry });
    describeActors(meter, system);
    describeMarket(meter, exchangeFigures, () => this.published);
    describeExchange(meter, exchangeFigures, placements, clock);
    describeTrading(meter, deps, this.orders, earned);
    describeDatabase(meter, deps);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  async text(): Promise<string> {
    await Promise.all([this.lookAtPublished(), this.lookAtEarned()]);
    return this.registry.metrics();
  }

  /** Takes in what the exchange tells of our orders. */
  note(report: ExecutionReport): void {
    this.orders.note(report);
  }

  private async lookAtPublished(): Promise<void> {
    const { system, pubsub } = this.deps;
    try {
      this.published = await publishedOn(system, pubsub);
    } catch (error) {
      // While PubSub is being started again there is nothing to tell.
      if (!(error instanceof CallFailed)) throw error;
      this.published = new Map();
    }
  }

  private async lookAtEarned(): Promise<void> {
    try {
      await inTime(this.deps.clock, PATIENCE_MS, 'the database', this.earned.refresh());
    } catch (error) {
      // What is known holds: it is of all time, and the next reader gets what is added.
      if (!(error instanceof NotNow) && !isConnectionError(error)) throw error;
    }
  }
}
