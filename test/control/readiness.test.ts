import { describe, expect, it } from '@jest/globals';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { healthRoutes } from '../../src/control/routes/health-routes.js';
import { Supervisor, taskSpec } from '../../src/otp/index.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Tables } from '../../src/warehouse/schema.js';
import { aSystem, settle } from '../support/actors.js';

describe('/readyz', () => {
  it('says that the database is not reachable, and that no actor runs', async () => {
    // Nobody listens there.
    const pool = new pg.Pool({ host: '127.0.0.1', port: 1, user: 'nobody', password: 'secret-word' });
    const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
    const { system } = aSystem();
    const idle = { standings: () => [] };
    const routes = healthRoutes(
      {
        ...{ system, database: { kysely }, clock: systemClock },
        services: { streaming: idle, trading: idle, storing: idle },
      } as unknown as Parameters<typeof healthRoutes>[0],
      { contentType: '' } as Parameters<typeof healthRoutes>[1],
    );
    const ready = routes.find(({ path }) => path === '/readyz');
    if (ready?.kind !== 'json') throw new Error('there is such a route');
    const told = (await ready.handle({ params: undefined, query: {}, body: undefined })) as {
      readonly ready: boolean;
      readonly reasons: readonly string[];
    };
    expect(told.ready).toBe(false);
    expect(told.reasons).toEqual([
      'the database is not reachable: connect ECONNREFUSED 127.0.0.1:1',
      'no actor runs',
    ]);
    expect(ready.statusOf?.(told)).toBe(503);
    // A task that has done its work is not missed.
    system.spawn(Supervisor, { children: [taskSpec('Seeding', () => {})] }, 'Hedgehog');
    await settle(system);
    expect(await ready.handle({ params: undefined, query: {}, body: undefined })).toMatchObject({
      reasons: [expect.stringMatching(/^the database/)],
    });
    await system.stop();
    await kysely.destroy();
  });
});
