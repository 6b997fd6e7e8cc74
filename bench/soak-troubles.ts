const ORDER = { endpoint: 'POST /api/v3/order' };

/** What goes wrong outside, one after the other. */
export const FAULTS: readonly object[] = [
  { what: 'cut-connection', where: { socket: 'market' } },
  { what: 'cut-connection', where: { socket: 'user-data' } },
  { what: 'lose-reply', where: ORDER, times: 2 },
  { what: 'shut-down-connection', where: { socket: 'market' }, leadMs: 1_000 },
  { what: 'answer-error', where: ORDER, times: 2, done: 'now' },
  { what: 'withhold-trades', length: 5, times: 3 },
  { what: 'rate-limit', times: 1 },
  { what: 'lose-report', times: 3 },
  { what: 'shut-down-connection', where: { socket: 'user-data' }, leadMs: 1_000 },
  { what: 'answer-error', where: ORDER, times: 2, done: 'never' },
  { what: 'double-report', times: 5 },
  { what: 'stall-connection', where: { socket: 'market' } },
];

/** Who is killed, one after the other: the beginnings of names. */
export const VICTIMS: readonly string[] = [
  ...['Trader', 'Streamer', 'Leader', 'UserDataStream', 'Subscriber TRADE', 'StreamConnection 1', 'Trading'],
  ...['DynamicTrader', 'OhlcIndicator', 'BinanceClient', 'Subscriber ORDERS', 'StreamDesk', 'MarketWatch'],
  ...[
    'Streaming',
    'SymbolSupervisor',
    'Database',
    'DynamicSubscriber',
    'ServiceReporter',
    'PubSub',
    'Control',
  ],
];
