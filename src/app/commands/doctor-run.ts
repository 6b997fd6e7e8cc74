import { InputError } from '../../platform/input-error.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import type { Log } from '../../ports/log.js';
import type { Flag } from '../configuration/configuration.js';
import { refuseMissingFile } from '../configuration/named-file.js';
import type { DoctorContext } from '../doctor/check.js';
import { checksFor } from '../doctor/checks.js';
import { closeDatabase } from '../doctor/database-checks.js';
import { type Examined, examine } from '../doctor/examine.js';
import { freeBytesOf } from '../doctor/machine-checks.js';
import { examinedLine, summaryLine } from '../doctor/report.js';
import { VERSION } from '../project-files.js';
import { asTheUserSaid, configuration, exchangeFlag } from './configured.js';
import type { DoctorOptions } from './doctor-command.js';

const PATIENCE_MS = 5_000;

/** What is said on the way is what the checks find. */
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

export async function doctor({ exchange, json }: DoctorOptions): Promise<void> {
  const context: DoctorContext = {
    ...configuredFor([exchangeFlag(exchange)]),
    clock: systemClock,
    version: VERSION,
    log: SILENT,
    patienceMs: PATIENCE_MS,
    freeBytes: freeBytesOf,
    known: {},
  };
  const examined: Examined[] = [];
  await stayAlive(async () => {
    try {
      for await (const one of examine(checksFor(context), context)) {
        examined.push(one);
        if (!json) process.stdout.write(`${asTheUserSaid(examinedLine(one))}\n`);
      }
    } finally {
      await closeDatabase(context);
    }
  });
  process.stdout.write(`${json ? JSON.stringify({ checks: examined }) : summaryLine(examined)}\n`);
  if (examined.some(({ status }) => status === 'problem')) process.exitCode = 1;
}

/** A file that cannot be read is a thing to be told of, and no mistake of who asks. */
function configuredFor(
  flags: readonly Flag[],
): Pick<DoctorContext, 'environment' | 'problems' | 'unreadable'> {
  try {
    refuseMissingFile();
    const { environment, problems } = configuration(flags);
    return { environment, problems };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { environment: process.env, unreadable: error.message };
  }
}
