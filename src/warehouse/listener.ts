import type pg from 'pg';
import { messageOf } from '../platform/error-facts.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { backoffMs, isConnectionError, wait } from './retry.js';

export interface Listening {
  readonly channel: string;
  readonly onPayload: (payload: string) => void;
  /** After a connection was lost and found again: what was told meanwhile is lost, so read it anew. */
  readonly onReconnected: () => void;
}

export interface ListenerDeps {
  /** A connected client that is nobody else's, with a handler for its errors. */
  readonly connect: () => Promise<pg.Client>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Listens on a channel until the function it returns is called. It has a connection of its own, and makes a new one when that
 * is lost, however long it takes.
 */
export async function listen(listening: Listening, deps: ListenerDeps): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  let client = await listeningClient(listening, deps);
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await ended(client, stopping.signal);
      await client.end().catch(() => {});
      if (stopping.signal.aborted) return;
      deps.log.warn('the connection that listens was lost', { channel: listening.channel });
      const next = await reconnect(listening, deps, stopping.signal);
      if (next === undefined) return;
      client = next;
      if (!stopping.signal.aborted) listening.onReconnected();
    }
    await client.end().catch(() => {});
  })();
  return async () => {
    stopping.abort();
    await running;
  };
}

async function reconnect(
  listening: Listening,
  deps: ListenerDeps,
  signal: AbortSignal,
): Promise<pg.Client | undefined> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await listeningClient(listening, deps);
    } catch (error) {
      const waitMs = backoffMs(failures);
      const reason = messageOf(error);
      if (isConnectionError(error))
        deps.log.warn('cannot listen; trying again', { reason, failures, waitMs });
      else deps.log.error('cannot listen; trying again', { reason, failures, waitMs });
      await wait(deps.clock, waitMs, signal);
    }
  }
  return undefined;
}

async function listeningClient(
  { channel, onPayload }: Listening,
  { connect }: ListenerDeps,
): Promise<pg.Client> {
  const client = await connect();
  client.on('notification', (message) => {
    if (message.channel === channel) onPayload(message.payload ?? '');
  });
  try {
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return client;
}

function ended(client: pg.Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.once('error', () => resolve());
    client.once('end', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}
