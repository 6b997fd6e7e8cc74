import type { Decimal } from '../domain/decimal.js';
import type { TradeEvent } from '../domain/trade-event.js';
import { publishedOn } from '../otp/index.js';
import { tradeEvents } from '../ports/topics.js';
import type { ControlDeps } from './deps.js';

const PREFIX = tradeEvents('');

/** The price of each symbol's last trade, of those that have been published since PubSub was started. */
export async function lastPrices({
  system,
  pubsub,
}: Pick<ControlDeps, 'system' | 'pubsub'>): Promise<ReadonlyMap<string, Decimal>> {
  const published = await publishedOn(system, pubsub);
  return new Map(
    [...published]
      .filter(([topic]) => topic.startsWith(PREFIX))
      .map(([topic, { last }]) => [topic.slice(PREFIX.length), (last as TradeEvent).price]),
  );
}
