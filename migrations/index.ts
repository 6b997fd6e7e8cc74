import type { Migration } from 'kysely';
import * as settings from './0001-settings.js';
import * as marketData from './0002-market-data.js';
import * as orders from './0003-orders.js';
import * as cycles from './0004-cycles.js';
import * as publishRequests from './0005-publish-requests.js';
import * as mockAccounts from './0006-mock-accounts.js';
import * as absentTrades from './0007-absent-trades.js';
import * as keepingWatch from './0008-keeping-watch.js';
import * as exchange from './0009-exchange.js';

/** In the order of their names, which never change once released. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-settings': settings,
  '0002-market-data': marketData,
  '0003-orders': orders,
  '0004-cycles': cycles,
  '0005-publish-requests': publishRequests,
  '0006-mock-accounts': mockAccounts,
  '0007-absent-trades': absentTrades,
  '0008-keeping-watch': keepingWatch,
  '0009-exchange': exchange,
};
