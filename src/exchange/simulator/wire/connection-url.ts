import type { TimeUnit } from '../api/api-types.js';

/** What the URL of a connection asks for. */
export type ConnectionUrl =
  | {
      readonly kind: 'market';
      readonly combined: boolean;
      readonly streams: readonly string[];
      readonly unit: TimeUnit;
    }
  | { readonly kind: 'api'; readonly unit: TimeUnit; readonly returnRateLimits: boolean }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'bad-unit' };

/** Reads path and query of a WebSocket upgrade, such as `/stream?streams=btcusdt@trade&timeUnit=MICROSECOND`. */
export function readConnectionUrl(pathAndQuery: string): ConnectionUrl {
  // Not `new URL`: what a client sends here may be anything, and must not throw.
  const [path = '', query = ''] = pathAndQuery.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const unit = unitOf(parameters.get('timeUnit'));
  if (unit === undefined) return { kind: 'bad-unit' };
  const plain = decoded(path).replace(/\/$/, '');
  if (plain === '/ws-api/v3')
    return { kind: 'api', unit, returnRateLimits: parameters.get('returnRateLimits') !== 'false' };
  if (plain === '/stream')
    return { kind: 'market', combined: true, streams: names(parameters.get('streams') ?? ''), unit };
  if (plain === '/ws' || plain.startsWith('/ws/'))
    return { kind: 'market', combined: false, streams: names(plain.slice('/ws'.length)), unit };
  return { kind: 'unknown' };
}

/** As it is when it is not validly encoded: then it is the path of nothing. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const names = (text: string): readonly string[] => text.split('/').filter((name) => name !== '');

function unitOf(text: string | null): TimeUnit | undefined {
  if (text === null) return 'millisecond';
  const unit = text.toLowerCase();
  return unit === 'millisecond' || unit === 'microsecond' ? unit : undefined;
}
