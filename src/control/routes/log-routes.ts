import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { LogEntry, LogRing } from '../../platform/log-ring.js';
import type { LogLevel } from '../../ports/log.js';
import type { ControlDeps } from '../deps.js';
import { type AnyRoute, route } from '../route.js';
import { flag, level, logEntry } from '../schemas.js';

/** What a reader may leave unread before he is cut off: the daemon does not wait for him, nor remember for him. */
const MOST_UNREAD_BYTES = 1 << 20;

/**
 * The daemon's log.
 *
 * @param closing tells that nobody is to be kept waiting for more
 */
export const logRoutes = ({ logs }: ControlDeps, closing: AbortSignal): readonly AnyRoute[] => [
  route({
    kind: 'lines',
    method: 'GET',
    path: '/v1/logs',
    summary: 'the last lines of the log, and with follow=true the next ones as they come',
    needs: 'read',
    query: z.strictObject({ level: level.optional(), follow: flag.optional() }),
    answer: logEntry,
    handle({ query }, response) {
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      const shown = query.level ?? 'info';
      response.write(logs.recent(shown).map(lineOf).join(''));
      if (query.follow === 'true') follow(logs, shown, response, closing);
      else response.end();
    },
  }),
];

function follow(logs: LogRing, shown: LogLevel, response: ServerResponse, closing: AbortSignal): void {
  const unfollow = logs.follow(shown, (entry) => {
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

const lineOf = (entry: LogEntry): string => `${JSON.stringify(entry)}\n`;
