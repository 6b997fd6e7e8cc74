import { describe, expect, it } from '@jest/globals';
import { EXCHANGE_NAMES, endpointsOf } from '../../../src/exchange/binance/endpoints.js';
import { InputError } from '../../../src/platform/input-error.js';

const LOCAL = {
  rest: 'http://127.0.0.1:1',
  streams: 'ws://127.0.0.1:2',
  wsApi: 'ws://127.0.0.1:3/ws-api/v3',
};

describe('endpointsOf', () => {
  it('knows the three exchanges of Binance, each by addresses of its own, encrypted', () => {
    const known = (['binance', 'binance-testnet', 'binance-demo'] as const).map((name) => endpointsOf(name));
    const urls = known.flatMap(({ rest, streams, wsApi }) => [rest, streams, wsApi]);
    expect(new Set(urls.map((url) => new URL(url).host)).size).toBe(9);
    for (const { rest, streams, wsApi } of known)
      expect([rest, streams, wsApi].map((url) => new URL(url).protocol)).toEqual(['https:', 'wss:', 'wss:']);
    expect(EXCHANGE_NAMES).toEqual(['binance', 'binance-testnet', 'binance-demo', 'simulator']);
  });

  it('puts each that is given in the place of the known one, without a slash at its end', () => {
    expect(endpointsOf('binance', { rest: 'https://api1.binance.com/' })).toEqual({
      ...endpointsOf('binance'),
      rest: 'https://api1.binance.com',
    });
    expect(endpointsOf('simulator', LOCAL)).toEqual(LOCAL);
  });

  it('refuses one with a password in it, and does not repeat it', () => {
    const told = (): string => {
      try {
        endpointsOf('simulator', { ...LOCAL, rest: 'http://me:hush@127.0.0.1:1' });
      } catch (error) {
        if (error instanceof InputError) return error.message;
        throw error;
      }
      return '';
    };
    expect(told()).toContain('holds a user or a password');
    expect(told()).not.toContain('hush');
  });

  it.each(['rest', 'streams', 'wsApi'] as const)('needs the %s endpoint of a simulator', (which) => {
    const { [which]: _left, ...others } = LOCAL;
    expect(() => endpointsOf('simulator', others)).toThrow(
      `the ${which} endpoint of simulator is missing; allowed is a URL that starts with`,
    );
  });

  it.each([
    ['rest', 'ws://127.0.0.1'],
    ['rest', 'api.binance.com'],
    ['rest', 'https://api.binance.com?x=1'],
    ['streams', 'https://127.0.0.1'],
    ['wsApi', 'nonsense'],
    ['wsApi', 'wss://127.0.0.1/#x'],
  ] as const)('refuses as %s: %s', (which, url) => {
    expect(() => endpointsOf('binance', { [which]: url })).toThrow(InputError);
    expect(() => endpointsOf('binance', { [which]: url })).toThrow(
      `the ${which} endpoint of binance is "${url}"`,
    );
  });
});
