import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  clearReports,
  readReports,
  type ServiceReport,
  writeReports,
} from '../../src/warehouse/service-reports.js';
import { testDatabase } from '../support/database.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
beforeEach(() => db.empty());

const running = (service: string, name: string): ServiceReport => ({
  service,
  name,
  state: 'running',
  reason: null,
});

const reportedAt = async (): Promise<ReadonlyMap<string, number>> => {
  const rows = await kysely().selectFrom('service_reports').selectAll().execute();
  return new Map(rows.map(({ service, name, reported_at }) => [`${service} ${name}`, reported_at.getTime()]));
};

describe('reports of services', () => {
  it('are replaced by the next ones, and read by service', async () => {
    await writeReports(kysely(), [
      running('trading', 'A'),
      running('trading', 'B'),
      running('streaming', 'A'),
    ]);
    const givenUp: ServiceReport = { service: 'trading', name: 'B', state: 'given-up', reason: 'no tape' };
    await writeReports(kysely(), [givenUp, running('streaming', 'B')]);
    expect([...(await readReports(kysely(), 'trading')).values()]).toEqual([givenUp]);
    expect([...(await readReports(kysely(), 'streaming')).keys()]).toEqual(['B']);
    await writeReports(kysely(), []);
    expect(await reportedAt()).toEqual(new Map());
  });

  it('keep the time at which something last changed', async () => {
    await writeReports(kysely(), [running('trading', 'A'), running('trading', 'B')]);
    const before = await reportedAt();
    await writeReports(kysely(), [
      running('trading', 'A'),
      { service: 'trading', name: 'B', state: 'given-up', reason: 'it crashed' },
    ]);
    const after = await reportedAt();
    expect(after.get('trading A')).toBe(before.get('trading A'));
    expect(after.get('trading B')).toBeGreaterThan(before.get('trading B') as number);
  });

  it('are all cleared', async () => {
    await writeReports(kysely(), [running('trading', 'A')]);
    await clearReports(kysely());
    expect(await reportedAt()).toEqual(new Map());
  });
});
