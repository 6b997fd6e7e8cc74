import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { seededRandom } from '../src/platform/seeded-random.js';
import { answer } from './child.js';
import { symbolAt } from './many-symbols.js';

// A process of its own: nothing but the market streams of an exchange. It writes trades as fast as it is told to, whatever
// becomes of them, so that it takes as little of the machine as it can.

export interface Load {
  readonly symbols: number;
  /** Of all symbols together. */
  readonly tradesPerSecond: number;
  readonly seconds: number;
  /** Before these, in which the rate rises evenly from nothing. */
  readonly warmUpSeconds: number;
}

/** What was traded. */
export interface Sent {
  readonly trades: number;
  /** The last trade id of each symbol; the first is 1, and none is left out. */
  readonly lastIds: readonly number[];
  readonly seconds: number;
  /** Of this process. */
  readonly cpuSeconds: number;
  /** Most that waited to be written to one connection. */
  readonly mostBufferedBytes: number;
}

export type GeneratorQuestions = {
  /** Answers the port. */
  listen(load: Load): Promise<number>;
  /** Streams that somebody reads, and connections that they go over. */
  subscribed(nothing: null): { readonly streams: number; readonly connections: number };
  trade(nothing: null): Promise<Sent>;
};

interface Reader {
  readonly webSocket: WebSocket;
  /** Beneath it: what is written in one turn goes out in one piece. */
  readonly socket: Socket;
}

const FIRST_TICKS = 50_000;
const TICKS_PER_UNIT = 10_000;
const MOST_MOVE = 5;
const TURN_MS = 4;
const MOST_IN_A_TURN = 1_000;

const readers = new Map<string, Reader>();
const connections = new Set<Reader>();
let load: Load = { symbols: 0, tradesPerSecond: 0, seconds: 0, warmUpSeconds: 0 };

function read(reader: Reader, text: string): void {
  const { params, id } = JSON.parse(text) as { readonly params: readonly string[]; readonly id: number };
  for (const name of params) readers.set(name, reader);
  reader.webSocket.send(JSON.stringify({ result: null, id }));
}

async function listen(wanted: Load): Promise<number> {
  load = wanted;
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (webSocket, { socket }) => {
    const reader = { webSocket, socket };
    connections.add(reader);
    webSocket.on('message', (data: Buffer) => read(reader, data.toString()));
    webSocket.on('close', () => connections.delete(reader));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

/** How many trades are due after so long. */
function dueAfter(ms: number): number {
  const { tradesPerSecond, seconds, warmUpSeconds } = load;
  const elapsed = ms / 1_000;
  const warming = Math.min(elapsed, warmUpSeconds);
  const warmed = warmUpSeconds === 0 ? 0 : warming ** 2 / (2 * warmUpSeconds);
  return tradesPerSecond * (warmed + Math.min(Math.max(0, elapsed - warmUpSeconds), seconds));
}

async function trade(): Promise<Sent> {
  const random = seededRandom(1);
  const { symbols, seconds, warmUpSeconds } = load;
  const lastIds = new Uint32Array(symbols);
  const ticks = new Int32Array(symbols).fill(FIRST_TICKS);
  const streams = Array.from({ length: symbols }, (_, index) => `${symbolAt(index).toLowerCase()}@trade`);
  const total = Math.floor(dueAfter((warmUpSeconds + seconds) * 1_000));
  const before = process.cpuUsage();
  const startMs = performance.now();
  const told = { trades: 0 };
  let mostBufferedBytes = 0;

  const tell = (nowMs: number): void => {
    const index = Math.floor(random() * symbols);
    const stream = streams[index] as string;
    const id = (lastIds[index] as number) + 1;
    lastIds[index] = id;
    const move = Math.floor(random() * (2 * MOST_MOVE + 1)) - MOST_MOVE;
    const priceTicks = (ticks[index] as number) + move;
    ticks[index] = priceTicks;
    const price = (priceTicks / TICKS_PER_UNIT).toFixed(8);
    readers
      .get(stream)
      ?.webSocket.send(
        `{"stream":"${stream}","data":{"e":"trade","E":${nowMs},"s":"${symbolAt(index)}","t":${id},"p":"${price}","q":"${1 + (id % 90)}.25000000","T":${nowMs},"m":${move < 0},"M":true}}`,
      );
    told.trades++;
  };

  while (told.trades < total) {
    const dueTrades = dueAfter(performance.now() - startMs);
    const now = Math.min(dueTrades, told.trades + MOST_IN_A_TURN);
    for (const { socket } of connections) socket.cork();
    const nowMs = Date.now();
    while (told.trades < Math.min(total, now)) tell(nowMs);
    for (const { socket, webSocket } of connections) {
      socket.uncork();
      mostBufferedBytes = Math.max(mostBufferedBytes, webSocket.bufferedAmount);
    }
    await pause(told.trades < dueTrades ? 0 : TURN_MS);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    trades: told.trades,
    lastIds: [...lastIds],
    seconds: (performance.now() - startMs) / 1_000,
    cpuSeconds: (user + system) / 1e6,
    mostBufferedBytes,
  };
}

answer({
  listen,
  subscribed: () => ({ streams: readers.size, connections: connections.size }),
  trade,
} satisfies GeneratorQuestions);
