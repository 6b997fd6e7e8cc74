import { toWire } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { tradeStream } from '../../src/exchange/binance/market/stream-names.js';
import type { Clock } from '../../src/ports/clock.js';
import type { PastTrades, RetryLater } from '../../src/ports/trade-source.js';
import { aTrade } from './market.js';
import { type ServerConnection, SocketServer } from './socket-server.js';

/** The frame that tells of a trade on a combined stream. */
export const tradeFrame = (trade: TradeEvent): string =>
  JSON.stringify({
    stream: tradeStream(trade.symbol),
    data: {
      e: 'trade',
      E: trade.eventTime,
      s: trade.symbol,
      t: trade.tradeId,
      p: toWire(trade.price),
      q: toWire(trade.quantity),
      T: trade.tradeTime,
      m: trade.buyerIsMaker,
      M: true,
    },
  });

interface Request {
  readonly method: string;
  readonly params: readonly string[];
  readonly id: number;
}

/** A market that streams its trades to whoever subscribes, and serves those that were. */
export class MarketServer implements PastTrades {
  /** By symbol, ascending by id. */
  readonly history = new Map<string, TradeEvent[]>();
  /** Text frames that came, and when. */
  readonly messages: {
    readonly connection: ServerConnection;
    readonly atMs: number;
    readonly text: string;
  }[] = [];
  /** Questions for past trades. */
  readonly questions: { readonly symbol: string; readonly fromId: number; readonly limit: number }[] = [];
  /** What becomes of a question; null to have it answered. */
  trouble: (() => RetryLater | Error) | null = null;
  /** So many of the newest trades are not served yet. */
  lag = 0;
  /** Answers a SUBSCRIBE or UNSUBSCRIBE; null to leave it unanswered. */
  reply: (request: Request) => unknown = ({ id }) => ({ result: null, id });
  private readonly subscriptions = new Map<ServerConnection, Set<string>>();
  private readonly nextIds = new Map<string, number>();

  private constructor(
    readonly sockets: SocketServer,
    private readonly clock: Clock,
  ) {
    sockets.onFrame = (text, connection) => this.take(text, connection);
  }

  static async start(clock: Clock): Promise<MarketServer> {
    return new MarketServer(await SocketServer.start(), clock);
  }

  get baseUrl(): string {
    return new URL(this.sockets.url).origin.replace('http', 'ws');
  }

  /** Names that a connection streams. */
  streamsOf(connection: ServerConnection): ReadonlySet<string> {
    return this.subscriptions.get(connection) ?? new Set();
  }

  /** Connections that stand and stream the symbol. */
  carriersOf(symbol: string): readonly ServerConnection[] {
    return this.sockets.live.filter((connection) => this.streamsOf(connection).has(tradeStream(symbol)));
  }

  /** The exchange leaves out so many ids. */
  skip(symbol: string, count: number): void {
    this.nextIds.set(symbol, this.nextId(symbol) + count);
  }

  /** Trades, and tells whoever listens unless it is told not to. */
  print(symbol: string, count = 1, isTold = true): readonly TradeEvent[] {
    const trades = Array.from({ length: count }, (_, index) =>
      aTrade(this.nextId(symbol) + index, { symbol }),
    );
    this.skip(symbol, count);
    this.history.set(symbol, [...this.of(symbol), ...trades]);
    if (isTold) for (const trade of trades) this.tell(trade);
    return trades;
  }

  tell(trade: TradeEvent): void {
    for (const connection of this.carriersOf(trade.symbol)) connection.send(tradeFrame(trade));
  }

  of(symbol: string): readonly TradeEvent[] {
    return this.history.get(symbol) ?? [];
  }

  ids(symbol: string): readonly number[] {
    return this.of(symbol).map(({ tradeId }) => tradeId);
  }

  async fetchTrades(
    symbol: string,
    fromId: number,
    limit: number,
  ): Promise<readonly TradeEvent[] | RetryLater> {
    this.questions.push({ symbol, fromId, limit });
    const trades = this.of(symbol);
    const served = trades.slice(0, trades.length - this.lag);
    await new Promise((resolve) => setImmediate(resolve));
    const trouble = this.trouble?.();
    if (trouble instanceof Error) throw trouble;
    return trouble ?? served.filter(({ tradeId }) => tradeId >= fromId).slice(0, limit);
  }

  private nextId(symbol: string): number {
    return this.nextIds.get(symbol) ?? 1_000;
  }

  private take(text: string, connection: ServerConnection): void {
    this.messages.push({ connection, text, atMs: this.clock.monotonicMs() });
    const request = JSON.parse(text) as Request;
    const names = this.subscriptions.get(connection) ?? new Set();
    this.subscriptions.set(connection, names);
    for (const name of request.params) {
      if (request.method === 'SUBSCRIBE') names.add(name);
      else names.delete(name);
    }
    const answer = this.reply(request);
    if (answer !== null) connection.send(answer);
  }
}
