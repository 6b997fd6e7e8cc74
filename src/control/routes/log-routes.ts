import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { LogRing } from '../../platform/log-ring.js';
import type { LogEntry } from '../../platform/logging/log-entry.js';
import type { LogLevel } from '../../ports/log.js';
import type { ControlDeps } from '../deps.js';
import { type AnyRoute, route } from '../route.js';
import { flag, level, logEntry, logPart, symbol } from '../schemas.js';

/** What a reader may leave unread before he is cut off: the daemon does not wait for him, nor remember for him. */
const MOST_UNREAD_BYTES = 1 << 20;

/**
 * The daemon's log.
 *
 * @param closing tells that nobody is to be kept waiting for more
 */
export const logRoutes = ({ logs: { ring } }: ControlDeps, closing: AbortSignal): readonly AnyRoute[] => [
  route({
    kind: 'lines',
    method: 'GET',
    path: '/v1/logs',
    summary: 'the last lines of the log, and with follow=true the next ones as they come',
    needs: 'read',
    query: z.strictObject({
      level: level.optional(),
      part: logPart.optional(),
      symbol: symbol.optional(),
      follow: flag.optional(),
    }),
    answer: logEntry,
    handle({ query }, response) {
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      const { level: shown = 'info', part, symbol: of } = query;
      const isAsked = (entry: LogEntry): boolean =>
        (part === undefined || entry.part === part) && (of === undefined || isOf(entry, of));
      response.write(ring.recent(shown).filter(isAsked).map(lineOf).join(''));
      if (query.follow === 'true') follow({ ring, shown, isAsked, closing }, response);
      else response.end();
    },
  }),
];

interface Following {
  readonly ring: LogRing;
  readonly shown: LogLevel;
  readonly isAsked: (entry: LogEntry) => boolean;
  readonly closing: AbortSignal;
}

function follow({ ring, shown, isAsked, closing }: Following, response: ServerResponse): void {
  const unfollow = ring.follow(shown, (entry) => {
    if (!isAsked(entry)) return;
    response.write(lineOf(entry));
    if (response.writableLength <= MOST_UNREAD_BYTES) return;
    // At once: the next line may come before it is closed.
    unfollow();
    response.destroy();
  });
  const end = (): void => {
    response.end();
  };
  closing.addEventListener('abort', end);
  // Who went away while a line was on its way to him is nobody's defect.
  response.on('error', () => {});
  response.on('close', () => {
    unfollow();
    closing.removeEventListener('abort', end);
  });
}

/** Some lines name their symbol only in what they say, and some name several in one field. */
const isOf = ({ message, fields }: LogEntry, name: string): boolean =>
  new RegExp(`(^|[^A-Z0-9])${name}($|[^A-Z0-9])`).test([message, ...Object.values(fields)].join(' '));

const lineOf = (entry: LogEntry): string => `${JSON.stringify(entry)}\n`;
