import type { Published } from '../../otp/index.js';
import { tradeEvents } from '../../ports/topics.js';
import type { ExchangeFigures } from '../deps.js';
import { alone, type Meter, type Sample } from './meter.js';

const TRADES = tradeEvents('');

export function describeMarket(
  meter: Meter,
  { streams, userData }: ExchangeFigures,
  published: () => ReadonlyMap<string, Published>,
): void {
  meter.total(
    'hedgehog_published_total',
    'messages published since PubSub was started; topic TRADE_EVENTS are the trades of a symbol',
    ['topic', 'symbol'],
    () =>
      [...published()].map(([name, { count }]): Sample => {
        const [topic = name, symbol = ''] = name.split(':');
        return [{ topic, symbol }, count];
      }),
  );
  meter.gauge(
    'hedgehog_last_trade_timestamp_seconds',
    "when the exchange told the last trade that was published, by the exchange's clock",
    ['symbol'],
    () =>
      [...published()]
        .filter(([topic]) => topic.startsWith(TRADES))
        .map(
          ([topic, { last }]): Sample => [
            { symbol: topic.slice(TRADES.length) },
            (last as { readonly eventTime: number }).eventTime / 1_000,
          ],
        ),
  );
  meter.durations(
    'hedgehog_trade_lag_seconds',
    "from the exchange's event time of a trade to when it was read here, by the exchange's clock",
    streams?.lag ?? null,
  );
  meter.durations(
    'hedgehog_trade_publish_seconds',
    'from a socket to PubSub, once for all trades of a symbol that came together',
    streams?.publishing ?? null,
  );
  meter.gauge('hedgehog_stream_connections', 'connections of the market streams', ['state'], () => {
    const counts = streams?.connections();
    return counts === undefined
      ? []
      : [
          [{ state: 'up' }, counts.up],
          [{ state: 'down' }, counts.down],
        ];
  });
  meter.total(
    'hedgehog_stream_reconnects_total',
    'times that a connection was up again after it had been down; stream is market or user-data',
    ['stream'],
    () => [
      ...(streams === null ? [] : [[{ stream: 'market' }, streams.reconnects] as const]),
      ...(userData === null
        ? []
        : [[{ stream: 'user-data' }, Math.max(0, userData.subscriptions - 1)] as const]),
    ],
  );
  meter.gauge(
    'hedgehog_user_data_subscribed',
    '1 while the exchange tells of our orders, 0 while it does not',
    [],
    () => (userData === null ? [] : alone(userData.isSubscribed ? 1 : 0)),
  );
  meter.total(
    'hedgehog_malformed_frames_total',
    'frames of the market streams that could not be read',
    [],
    () => (streams === null ? [] : alone(streams.malformed)),
  );
  const gap = (
    name: string,
    help: string,
    of: 'gapsFound' | 'gapsFilled' | 'fetched' | 'absent' | 'missing',
  ) => meter.total(name, help, [], () => (streams === null ? [] : alone(streams.gaps()[of])));
  gap('hedgehog_trade_gaps_total', 'gaps in the ids of streamed trades', 'gapsFound');
  gap(
    'hedgehog_trade_gaps_filled_total',
    'gaps in the ids of streamed trades that were closed',
    'gapsFilled',
  );
  gap('hedgehog_trades_fetched_total', 'trades that the stream left out and that were fetched', 'fetched');
  gap('hedgehog_trades_absent_total', 'trade ids that the exchange does not have', 'absent');
  gap('hedgehog_trades_missing_total', 'trade ids that were given up: too many to be fetched', 'missing');
}
