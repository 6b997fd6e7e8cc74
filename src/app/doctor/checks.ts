import { accountCheck, keysCheck, openOrdersCheck } from './account-checks.js';
import type { Check, DoctorContext } from './check.js';
import { daemonCheck, portCheck } from './daemon-checks.js';
import { databaseCheck, lockCheck, ownerCheck, serverCheck, tablesCheck } from './database-checks.js';
import { exchangeCheck, exchangeClockCheck, limitsCheck, restCheck, wayCheck } from './exchange-checks.js';
import { diskCheck, filesCheck, hedgehogCheck, nodeCheck, systemClockCheck } from './machine-checks.js';
import { configurationCheck, dataDirectoryCheck, tokensCheck } from './place-checks.js';
import { readinessCheck } from './readiness-check.js';
import { marketStreamCheck, userDataCheck } from './stream-checks.js';

/** All that is looked at, in this order. */
const CHECKS: readonly Check[] = [
  nodeCheck,
  hedgehogCheck,
  configurationCheck,
  dataDirectoryCheck,
  diskCheck,
  filesCheck,
  systemClockCheck,
  daemonCheck,
  readinessCheck,
  portCheck,
  tokensCheck,
  serverCheck,
  databaseCheck,
  tablesCheck,
  ownerCheck,
  lockCheck,
  exchangeCheck,
  wayCheck('rest'),
  wayCheck('streams'),
  wayCheck('wsApi'),
  restCheck,
  exchangeClockCheck,
  limitsCheck,
  keysCheck,
  accountCheck,
  openOrdersCheck,
  marketStreamCheck,
  userDataCheck,
];

/** These look at nothing that the configuration names. */
const WHATEVER_IS_CONFIGURED: ReadonlySet<Check> = new Set([
  nodeCheck,
  hedgehogCheck,
  configurationCheck,
  filesCheck,
  systemClockCheck,
]);

/** Where the configuration cannot be read, nobody knows which folders, database and exchange are meant: all that rests on it. */
export function checksFor({ unreadable }: Pick<DoctorContext, 'unreadable'>): readonly Check[] {
  if (unreadable === undefined) return CHECKS;
  return CHECKS.map((check) =>
    WHATEVER_IS_CONFIGURED.has(check)
      ? check
      : { ...check, needs: [configurationCheck.name, ...(check.needs ?? [])] },
  );
}
