/** Frames of the WebSocket API as the documents show them, for one limit order of ours. */
export const SYMBOL = 'BTCUSDT';

export type WireReport = Readonly<Record<string, unknown>>;

/** An executionReport of order 77, `hedgehog-1`, that was accepted and not filled. */
export const aWireReport = (given: WireReport = {}): WireReport => ({
  ...{ e: 'executionReport', E: 1784246400130, s: SYMBOL, c: 'hedgehog-1', S: 'BUY', o: 'LIMIT', f: 'GTC' },
  ...{ q: '0.00300000', p: '64000.00000000', P: '0.00000000', F: '0.00000000', g: -1, C: '', x: 'NEW' },
  ...{ X: 'NEW', r: 'NONE', i: 77, l: '0.00000000', L: '0.00000000', Y: '0.00000000', z: '0.00000000' },
  ...{ Z: '0.00000000', n: '0', N: null, T: 1784246400123, t: -1, I: 1001, w: true, m: false, M: false },
  ...{ O: 1784246400100, Q: '0.00000000', W: 1784246400100, V: 'EXPIRE_MAKER' },
  ...given,
});

/** The fill of a part; `z` is what was filled so far, this part included. */
export const aWireFill = (given: WireReport = {}): WireReport =>
  aWireReport({
    ...{ x: 'TRADE', X: 'PARTIALLY_FILLED', I: 1002, t: 5312, m: true, T: 1784246400200 },
    ...{ l: '0.00100000', L: '63999.50000000', Y: '63.99950000', z: '0.00100000', Z: '63.99950000' },
    ...{ n: '0.00000100', N: 'BTC' },
    ...given,
  });

/** The cancel: `c` is the id of the cancel itself. */
export const aWireCancel = (given: WireReport = {}): WireReport =>
  aWireReport({
    ...{ x: 'CANCELED', X: 'CANCELED', c: 'cancel-9', C: 'hedgehog-1', I: 1003, w: false, T: 1784246400300 },
    ...given,
  });

export const aWirePosition = (u: number, ...balances: readonly [string, string, string][]) => ({
  ...{ e: 'outboundAccountPosition', E: u + 1, u },
  B: balances.map(([a, f, l]) => ({ a, f, l })),
});

/** An event as it is pushed. */
export const pushed = (event: unknown) => ({ subscriptionId: 0, event });
