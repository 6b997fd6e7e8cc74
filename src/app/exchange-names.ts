import { EXCHANGE_NAMES } from '../exchange/binance/endpoints.js';

/** Where Hedgehog can trade: an exchange in its process, and those that it reaches over the network. */
export const EXCHANGES = ['mock', ...EXCHANGE_NAMES] as const;
