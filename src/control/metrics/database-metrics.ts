import type { ControlDeps } from '../deps.js';
import { alone, type Meter, type Sample } from './meter.js';

export function describeDatabase(
  meter: Meter,
  { backlogs, database }: Pick<ControlDeps, 'backlogs' | 'database'>,
): void {
  meter.gauge('hedgehog_database_backlog', 'events heard and not stored yet', ['topic'], () => {
    const byTopic = new Map<string, number>();
    for (const [name, held] of backlogs.held()) {
      const topic = name.split(':')[0] ?? name;
      byTopic.set(topic, (byTopic.get(topic) ?? 0) + held);
    }
    return [...byTopic].map(([topic, held]): Sample => [{ topic }, held]);
  });
  meter.gauge(
    'hedgehog_database_connections',
    'connections to the database; state is busy, idle or waited-for',
    ['state'],
    () => {
      const { totalCount, idleCount, waitingCount } = database.pool;
      return [
        [{ state: 'busy' }, totalCount - idleCount],
        [{ state: 'idle' }, idleCount],
        [{ state: 'waited-for' }, waitingCount],
      ];
    },
  );
  meter.total(
    'hedgehog_database_connections_lost_total',
    'connections to the database that were lost, other than found by a query, which is tried again',
    [],
    () => alone(database.counts.lost),
  );
  meter.total(
    'hedgehog_database_retries_total',
    'times that something was tried again because the database could not be reached',
    [],
    () => alone(database.counts.retries),
  );
}
