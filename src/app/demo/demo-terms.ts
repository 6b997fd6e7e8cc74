import { Decimal } from '../../domain/decimal.js';
import type { Settings } from '../../domain/settings.js';
import type { Environment } from '../../warehouse/connection.js';

/** What the demo trades, and how: settings under which much happens in little time. */
export const SYMBOL = 'XRPUSDT';
export const QUOTE_ASSET = 'USDT';
export const BASE_ASSET = 'XRP';
export const DATABASE = 'hedgehog_demo';
export const COMMISSION = '0.001';

export const SETTINGS: Settings = {
  chunks: 4,
  budget: new Decimal('80'),
  buyDownInterval: new Decimal('0.0005'),
  profitInterval: new Decimal('0.003'),
  rebuyInterval: new Decimal('0.004'),
  fee: new Decimal(COMMISSION),
};

/** Of the user's own environment only where files are: nothing else of it may lead elsewhere. */
const KEPT = /^(?!HEDGEHOG_|DATABASE_URL$)|^HEDGEHOG_DATA_DIR$/;

/** The environment of a Hedgehog that can reach the demo's simulator and its database, and nothing else. */
export function demoEnvironment(own: Environment, simulatorUrl: string): Environment {
  const kept = Object.entries(own).filter(([name]) => KEPT.test(name));
  return {
    ...Object.fromEntries(kept),
    HEDGEHOG_EXCHANGE: 'simulator',
    HEDGEHOG_SIMULATOR_URL: simulatorUrl,
    HEDGEHOG_DATABASE: DATABASE,
    HEDGEHOG_LOG_LEVEL: 'warn',
    // Another Hedgehog may have the usual port.
    HEDGEHOG_CONTROL_PORT: '0',
  };
}
