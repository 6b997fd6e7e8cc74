import { Counter, Gauge, type Histogram, type Registry } from 'prom-client';
import type { Durations } from '../../domain/durations.js';

/** One value of a metric, and the labels it is under. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Metrics whose values somebody else keeps: they are read when they are asked for, and nothing is counted for their sake. */
export class Meter {
  constructor(private readonly registry: Registry) {}

  /** What goes up and down. */
  gauge(name: string, help: string, labelNames: readonly string[], read: () => Iterable<Sample>): void {
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames: [...labelNames], registers: [this.registry] },
      collect() {
        gauge.reset();
        for (const [labels, value] of read()) gauge.set(labels, value);
      },
    });
  }

  /** What only goes up, until the process or what counts it is started again. */
  total(name: string, help: string, labelNames: readonly string[], read: () => Iterable<Sample>): void {
    const counter: Counter = new Counter({
      ...{ name, help, labelNames: [...labelNames], registers: [this.registry] },
      collect() {
        counter.reset();
        for (const [labels, value] of read()) counter.inc(labels, value);
      },
    });
  }

  /** How long something took, in seconds; null while there is nothing that takes time. */
  durations(name: string, help: string, durations: Durations | null): void {
    const get = () => ({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: bucketsOf(name, durations),
    });
    // It is kept in buckets already, and a Histogram of this library takes only single times.
    this.registry.registerMetric({ name, get } as unknown as Histogram);
  }
}

function bucketsOf(name: string, durations: Durations | null) {
  if (durations === null) return [];
  const { boundsMs, counts, sumMs, count } = durations;
  let below = 0;
  const buckets = boundsMs.map((boundMs, index) => {
    below += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le: boundMs / 1_000 }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels: {}, value: sumMs / 1_000 },
    { metricName: `${name}_count`, labels: {}, value: count },
  ];
}

/** The only value of a metric without labels. */
export const alone = (value: number): readonly Sample[] => [[{}, value]];
