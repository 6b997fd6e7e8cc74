import type { Endpoint } from '../endpoint.js';
import { ACCOUNT } from './account.js';
import { CANCELLING } from './cancelling.js';
import { GENERAL } from './general.js';
import { KLINES } from './klines.js';
import { MARKET_DATA } from './market-data.js';
import { NOT_SIMULATED } from './not-simulated.js';
import { ORDER_QUERIES } from './order-queries.js';
import { PLACING } from './placing.js';
import { TICKERS } from './tickers.js';

/** Every endpoint, by method and path. */
export const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map(
  [GENERAL, MARKET_DATA, KLINES, TICKERS, PLACING, CANCELLING, ORDER_QUERIES, ACCOUNT, NOT_SIMULATED].flatMap(
    (group) => Object.entries(group),
  ),
);
