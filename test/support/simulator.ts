import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach } from '@jest/globals';
import { WebSocket } from 'ws';
import { composeSimulator, type Simulator, type SimulatorOptions } from '../../src/app/simulator.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { parseExchangeInfo } from '../../src/exchange/exchange-info.js';
import { DEMO_ACCOUNT } from '../../src/exchange/simulator/api/accounts.js';
import { parseFaults } from '../../src/exchange/simulator/faults/fault.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { TapeFeed } from '../../src/streaming/tape-feed.js';
import { aLog } from './log.js';
import { eventually } from './running-hedgehog.js';
import { aTradeEvent, batchesOf } from './trade-events.js';

export const DOCUMENT = JSON.parse(readFileSync('seeds/exchange-info.json', 'utf8'));
export const LISTED = parseExchangeInfo(DOCUMENT, 'seeds/exchange-info.json');

const [demoKey] = DEMO_ACCOUNT.keys;
if (demoKey?.kind !== 'hmac') throw new Error('the demo account signs otherwise');
export const API_KEY = demoKey.apiKey;
export const SECRET = demoKey.secret;

const pair = generateKeyPairSync('ed25519');
export const ED25519_KEY = 'E'.repeat(64);
export const ED25519_PEM = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const signedByEd25519 = (payload: string): string =>
  sign(null, Buffer.from(payload), pair.privateKey).toString('base64');
export const signedByHmac = (payload: string): string =>
  createHmac('sha256', SECRET).update(payload).digest('hex');

/** Trades of a symbol at these prices, 10 each. */
export const tradesAt = (symbol: string, ...prices: readonly string[]): readonly TradeEvent[] =>
  prices.map((price, index) => aTradeEvent({ symbol, tradeId: 1_001 + 7 * index, price, quantity: '10' }));

export interface GivenSimulator extends Partial<Omit<SimulatorOptions, 'faults' | 'feeds'>> {
  /** Trades of others, by symbol. */
  readonly trades?: Readonly<Record<string, readonly TradeEvent[]>>;
  readonly feeds?: SimulatorOptions['feeds'];
  readonly faults?: unknown;
}

export interface TestSimulator {
  readonly simulator: Simulator;
  readonly port: number;
  /** Asks the control endpoint; answers the body, and throws for any status but 200. */
  readonly control: (endpoint: string, body?: unknown) => Promise<Record<string, unknown>>;
  readonly connect: (path: string) => Promise<Client>;
}

const running = new Set<Simulator>();
const clients = new Set<WebSocket>();

export function stopSimulatorsAfterEach(): void {
  afterEach(async () => {
    for (const client of clients) client.terminate();
    clients.clear();
    await Promise.all([...running].map((simulator) => simulator.stop()));
    running.clear();
  });
}

export const RICH = new Map(['USDT', 'XRP', 'BTC'].map((asset) => [asset, new Decimal('100000')] as const));

export const ACCOUNTS: SimulatorOptions['accounts'] = [
  { ...DEMO_ACCOUNT, balances: RICH },
  {
    name: 'ed',
    keys: [
      {
        kind: 'ed25519',
        apiKey: ED25519_KEY,
        publicKeyPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      },
    ],
    balances: RICH,
  },
];

/** A simulator in step mode, on a port of its own, with a demo account (HMAC) and another one (Ed25519). */
export async function aSimulator(given: GivenSimulator = {}): Promise<TestSimulator> {
  const { trades = {}, faults = [], ...options } = given;
  const clock = options.clock ?? systemClock;
  const feeds = new Map(
    Object.entries(trades).map(([symbol, events]) => [
      symbol,
      new TapeFeed({ open: () => batchesOf(events), pace: { kind: 'interval', ms: 1 }, clock }),
    ]),
  );
  const simulator = await composeSimulator({
    clock,
    log: aLog(),
    port: 0,
    symbols: LISTED,
    document: DOCUMENT,
    accounts: ACCOUNTS,
    feeds,
    mode: 'step',
    fillModel: 'tape',
    commissionRate: new Decimal('0.001'),
    seed: 1,
    ...options,
    faults: parseFaults(faults, 'the test'),
  });
  running.add(simulator);
  const { port } = simulator;
  return {
    simulator,
    port,
    async control(endpoint, body) {
      const [method = '', path = ''] = endpoint.split(' ');
      const response = await fetch(`http://127.0.0.1:${port}/control${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as Record<string, unknown>;
      if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
      return answer;
    },
    connect: (path) => connected(`ws://127.0.0.1:${port}${path}`),
  };
}

/** A client on a WebSocket, which notes all that it is sent. */
export class Client {
  /** Every frame so far, as text. */
  readonly frames: string[] = [];
  pings = 0;
  closedWith: { readonly code: number; readonly reason: string } | null = null;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.frames.push(data.toString()));
    socket.on('ping', () => {
      this.pings++;
    });
    socket.on('close', (code, reason) => {
      this.closedWith = { code, reason: reason.toString() };
    });
    // A connection that the server cuts may end in an error.
    socket.on('error', () => {});
  }

  send(request: unknown): void {
    this.socket.send(typeof request === 'string' ? request : JSON.stringify(request));
  }

  /** The frames from there on, once there are so many. */
  async got(count: number): Promise<readonly string[]> {
    await eventually(
      () => this.frames.length,
      `${count} frames have come`,
      (length) => length >= count,
    );
    return this.frames;
  }

  /** The frames from there on, parsed, once there are so many. */
  async json(count: number): Promise<readonly Json[]> {
    return (await this.got(count)).map((frame) => JSON.parse(frame));
  }

  /** Sends a request, and answers the frame that has its id. */
  async ask(request: { readonly id: unknown; readonly [field: string]: unknown }): Promise<Json> {
    const from = this.frames.length;
    this.send(request);
    const answers = () =>
      this.frames
        .slice(from)
        .map((frame) => JSON.parse(frame))
        .filter((frame) => 'id' in frame && (frame.id === request.id || frame.id === null));
    const [answer] = await eventually(answers, 'it is answered', (found) => found.length > 0);
    return answer;
  }

  closed(): Promise<{ readonly code: number; readonly reason: string } | null> {
    return eventually(() => this.closedWith, 'it is closed');
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at field by field.
export type Json = any;

export async function connected(url: string): Promise<Client> {
  const socket = new WebSocket(url);
  clients.add(socket);
  const client = new Client(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, response) =>
      reject(new Error(`refused with ${response.statusCode}`)),
    );
    socket.once('error', reject);
  });
  return client;
}

/** Parameters of a signed request of the WebSocket API. */
export function signedParams(
  params: Readonly<Record<string, string | number>>,
  timestamp: number,
  who: { readonly apiKey: string; readonly sign: (payload: string) => string } = {
    apiKey: API_KEY,
    sign: signedByHmac,
  },
): Record<string, string | number> {
  const all = { ...params, apiKey: who.apiKey, timestamp };
  const payload = Object.keys(all)
    .toSorted()
    .map((name) => `${name}=${String(Reflect.get(all, name))}`)
    .join('&');
  return { ...all, signature: who.sign(payload) };
}

export const ED25519 = { apiKey: ED25519_KEY, sign: signedByEd25519 };
