import { accountCheck, keysCheck, openOrdersCheck } from './account-checks.js';
import type { Check } from './check.js';
import { daemonCheck, portCheck, readinessCheck } from './daemon-checks.js';
import { databaseCheck, lockCheck, ownerCheck, serverCheck, tablesCheck } from './database-checks.js';
import { exchangeCheck, exchangeClockCheck, limitsCheck, restCheck, wayCheck } from './exchange-checks.js';
import { diskCheck, filesCheck, hedgehogCheck, nodeCheck, systemClockCheck } from './machine-checks.js';
import { configurationCheck, dataDirectoryCheck, tokensCheck } from './place-checks.js';
import { marketStreamCheck, userDataCheck } from './stream-checks.js';

/** All that is looked at, in this order. */
export const CHECKS: readonly Check[] = [
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
