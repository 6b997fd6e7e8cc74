import type { Envelope } from './envelope.js';
import type { ExitReason } from './exit-reason.js';
import type { GenServer, MaybePromise, Next, Protocol } from './gen-server.js';
import type { Pid, Self } from './pid.js';

type AnyHandler<P extends Protocol> = (
  state: P['state'],
  arg: unknown,
  self: Self<P>,
  from?: unknown,
) => MaybePromise<Next<P>>;

/** Gives one message to the handler it is for. A server without an `info` or `continue` handler lets those pass. */
export function handle<P extends Protocol>(
  server: GenServer<P>,
  state: P['state'],
  { type, key, message, from }: Envelope,
  self: Self<P>,
): MaybePromise<Next<P>> {
  switch (type) {
    case 'info':
      return server.info === undefined ? { state } : server.info(state, message, self);
    case 'cast':
      return handlerOf<P>(server, 'casts', key)(state, message, self);
    case 'call':
      return handlerOf<P>(server, 'calls', key)(state, message, self, from);
    case 'continue':
      return server.continue === undefined
        ? { state }
        : server.continue(state, message as NonNullable<P['continue']>, self);
    case 'child-exited': {
      const { pid, reason } = message as { pid: Pid; reason: ExitReason };
      return server.childExited === undefined ? { state } : server.childExited(state, pid, reason, self);
    }
  }
}

function handlerOf<P extends Protocol>(
  server: GenServer<P>,
  group: 'calls' | 'casts',
  key: string,
): AnyHandler<P> {
  const handler = (server[group] as Readonly<Record<string, AnyHandler<P>>> | undefined)?.[key];
  if (handler === undefined) throw new Error(`${server.kind} has no ${group.slice(0, -1)} ${key}`);
  return handler;
}

/** By shape: under a test runner a promise may come from another realm. */
export const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** Whether it is what a handler must return. */
export const isNext = <P extends Protocol>(next: unknown): next is Next<P> =>
  typeof next === 'object' && next !== null && 'state' in next;
