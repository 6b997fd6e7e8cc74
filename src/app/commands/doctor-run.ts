import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import type { Log } from '../../ports/log.js';
import type { DoctorContext } from '../doctor/check.js';
import { CHECKS } from '../doctor/checks.js';
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
  const { environment, problems } = configuration([exchangeFlag(exchange)]);
  const context: DoctorContext = {
    environment,
    problems,
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
      for await (const one of examine(CHECKS, context)) {
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
