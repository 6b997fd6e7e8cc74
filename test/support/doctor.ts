import { afterEach } from '@jest/globals';
import type { DoctorContext } from '../../src/app/doctor/check.js';
import { checksFor } from '../../src/app/doctor/checks.js';
import { closeDatabase } from '../../src/app/doctor/database-checks.js';
import { type Examined, examine } from '../../src/app/doctor/examine.js';
import { freeBytesOf } from '../../src/app/doctor/machine-checks.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Environment } from '../../src/warehouse/connection.js';
import { aLog } from './log.js';

export type Diagnosis = Readonly<Record<string, Examined>>;

/** All but the one that looks at every source file. */
const quick = (context: DoctorContext) => checksFor(context).filter(({ name }) => name !== 'hedgehog');

/** What the doctor looks at, and how; its databases are closed after each test. */
export function doctors() {
  const contexts: DoctorContext[] = [];
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map(closeDatabase));
  });
  const aContext = (environment: Environment, given: Partial<DoctorContext> = {}): DoctorContext => {
    const context = {
      environment: { HEDGEHOG_CONTROL_PORT: '0', ...environment },
      clock: systemClock,
      version: '1.2.3',
      log: aLog(),
      patienceMs: 2_000,
      freeBytes: freeBytesOf,
      known: {},
      ...given,
    };
    contexts.push(context);
    return context;
  };
  return {
    aContext,
    /** Everything that was found, by the name of the check. */
    diagnosis: async (environment: Environment, given: Partial<DoctorContext> = {}): Promise<Diagnosis> => {
      const found: [string, Examined][] = [];
      const context = aContext(environment, given);
      for await (const one of examine(quick(context), context)) found.push([one.name, one]);
      return Object.fromEntries(found);
    },
  };
}
