import { WebSocket } from 'ws';

/** Tells what the sockets of this process tell their owners, and just before these hear of it; until it is called again. */
export function watchSockets(onEvent: (event: string | symbol, data: unknown) => void): () => void {
  const { emit } = WebSocket.prototype;
  WebSocket.prototype.emit = function (this: WebSocket, event: string | symbol, ...args: unknown[]) {
    onEvent(event, args[0]);
    return Reflect.apply(emit, this, [event, ...args]) as boolean;
  } as typeof emit;
  return () => {
    WebSocket.prototype.emit = emit;
  };
}
