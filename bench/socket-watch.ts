import { WebSocket } from 'ws';

/** Tells what the sockets of this process tell their owners, and just before these hear of it; until it is called again. */
export function watchSockets(onEvent: (event: string | symbol, data: unknown) => void): () => void {
  const emit: unknown = Reflect.get(WebSocket.prototype, 'emit');
  if (typeof emit !== 'function') throw new Error('sockets tell nothing');
  const watched = function (this: WebSocket, event: string | symbol, ...args: unknown[]): unknown {
    onEvent(event, args[0]);
    return Reflect.apply(emit, this, [event, ...args]);
  };
  Reflect.set(WebSocket.prototype, 'emit', watched);
  return () => void Reflect.set(WebSocket.prototype, 'emit', emit);
}
