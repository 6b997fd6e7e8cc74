import type { TimeUnit } from '../api/api-types.js';
import { readControlFrame } from './control-frame.js';
import type { FanOut, StreamReader } from './fan-out.js';
import { type StreamForm, shutdownText } from './stream-payloads.js';

export const MOST_STREAMS = 1_024;

/** What one market stream connection reads, and how it wants it. */
export class StreamSession implements StreamReader {
  form: StreamForm;
  /** In the order in which they were subscribed to. */
  private readonly streams = new Set<string>();

  constructor(
    private readonly fanOut: FanOut,
    readonly push: (text: string | Buffer) => void,
    form: { readonly unit: TimeUnit; readonly combined: boolean },
  ) {
    this.form = form;
  }

  /** False when it would read more streams than a connection may; it then reads what it read before. */
  subscribe(streams: readonly string[]): boolean {
    if (new Set([...this.streams, ...streams]).size > MOST_STREAMS) return false;
    for (const stream of streams) {
      this.streams.add(stream);
      this.fanOut.join(stream, this);
    }
    return true;
  }

  unsubscribe(streams: readonly string[]): void {
    for (const stream of streams) {
      this.streams.delete(stream);
      this.fanOut.leave(stream, this);
    }
  }

  /** The answer to one frame of the client. */
  answer(text: string): string {
    const request = readControlFrame(text);
    const { id } = request;
    switch (request.method) {
      case 'refused':
        return JSON.stringify({ code: request.code, msg: request.message, id });
      case 'SUBSCRIBE':
        return this.subscribe(request.streams)
          ? JSON.stringify({ result: null, id })
          : JSON.stringify({
              code: 2,
              msg: `Invalid request: a connection may read at most ${MOST_STREAMS} streams`,
              id,
            });
      case 'UNSUBSCRIBE':
        this.unsubscribe(request.streams);
        return JSON.stringify({ result: null, id });
      case 'LIST_SUBSCRIPTIONS':
        return JSON.stringify({ result: [...this.streams], id });
      case 'SET_PROPERTY':
        this.form = { ...this.form, combined: request.combined };
        return JSON.stringify({ result: null, id });
      case 'GET_PROPERTY':
        return JSON.stringify({ result: this.form.combined, id });
    }
  }

  /** Tells that the server is about to close the connection. */
  announceShutdown(nowMs: number): void {
    this.push(shutdownText(nowMs, this.form));
  }

  end(): void {
    this.unsubscribe([...this.streams]);
  }
}
