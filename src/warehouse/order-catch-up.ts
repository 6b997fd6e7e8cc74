import type { Kysely } from 'kysely';
import type { Order } from '../domain/order.js';
import type { Exchange, LookupOutcome } from '../ports/exchange.js';
import type { Log } from '../ports/log.js';
import { orders } from '../ports/topics.js';
import { describeDatabaseError } from './database-errors.js';
import { noteCaughtUp, type OrderInDoubt, ordersInDoubt } from './orders-in-doubt.js';
import { backoffMs, FIRST_WAIT_MS } from './retry.js';
import type { Tables } from './schema.js';

/** What catching up needs of an exchange. */
export type OrderLookup = Pick<Exchange, 'getOrder' | 'openOrders'>;

export interface OrderCatchUpOptions {
  readonly symbol: string;
  readonly symbolId: () => Promise<number>;
  readonly db: Kysely<Tables>;
  readonly exchange: OrderLookup;
  readonly log: Log;
}

/** Catching up with the orders of one symbol. Made once, outside the actors, which come and go. */
export class OrderCatchUp {
  /** Stored as open, and not known to the exchange: said once, and not asked again. */
  private readonly gone = new Set<string>();

  constructor(private readonly options: OrderCatchUpOptions) {}

  /** For whoever has begun to listen: everything that changed before it did is found by the pass. */
  begin(): CatchUpPass {
    return new CatchUpPass(this.options, this.gone);
  }
}

/** What a step has found, to be stored like what is told on the topic, and how long to wait before the next step. */
export interface CatchUpStep {
  readonly found: readonly Order[];
  readonly waitMs: number;
}

const NOTHING: CatchUpStep = { found: [], waitMs: 0 };

/**
 * `storing`: everything was looked up, and the next step may be taken once all that was found is stored; it notes in the database
 * how far everything is stored.
 */
type Phase = 'listing' | 'looking-up' | 'storing' | 'over';

/**
 * One time of catching up, step by step. First come the orders that the exchange lists as open; then each order in doubt that is
 * not among them is looked up, one at a time. A step that fails is tried again, slower and slower; it never rejects.
 */
export class CatchUpPass {
  private current: Phase = 'listing';
  private asOf = new Date(0);
  private queue: OrderInDoubt[] = [];
  private failures = 0;
  private lastError: string | null = null;

  constructor(
    private readonly options: OrderCatchUpOptions,
    private readonly gone: Set<string>,
  ) {}

  get phase(): Phase {
    return this.current;
  }

  async step(): Promise<CatchUpStep> {
    try {
      const step = await this.attempt();
      this.failures = 0;
      this.lastError = null;
      return step;
    } catch (error) {
      return this.failed(error);
    }
  }

  /** `toLookUp` is null until it is known. */
  inspect(): Readonly<Record<string, unknown>> {
    return {
      catchingUp: this.current,
      toLookUp: this.current === 'listing' ? null : this.queue.length,
      ...(this.lastError === null ? {} : { catchUpError: this.lastError }),
    };
  }

  private attempt(): Promise<CatchUpStep> {
    switch (this.current) {
      case 'listing':
        return this.list();
      case 'looking-up':
        return this.lookUp();
      case 'storing':
        return this.note();
      case 'over':
        return Promise.resolve(NOTHING);
    }
  }

  private async list(): Promise<CatchUpStep> {
    const { db, exchange, symbol, symbolId } = this.options;
    const open = await exchange.openOrders(symbol);
    const { asOf, orders: inDoubt } = await ordersInDoubt(db, await symbolId());
    this.asOf = asOf;
    this.queue = stillInDoubt(inDoubt, open).filter(({ clientOrderId }) => !this.gone.has(clientOrderId));
    this.current = this.queue.length === 0 ? 'storing' : 'looking-up';
    return { found: open, waitMs: 0 };
  }

  private async lookUp(): Promise<CatchUpStep> {
    const { exchange, symbol } = this.options;
    const order = this.queue.shift() as OrderInDoubt;
    // At the end until it is answered, so that one that never is holds up none of the others.
    this.queue.push(order);
    const { clientOrderId, orderId } = order;
    const key = orderId === null ? { clientOrderId } : { orderId, clientOrderId };
    const outcome = await exchange.getOrder(symbol, key);
    if (outcome.kind === 'unavailable')
      return { found: [], waitMs: Math.max(outcome.retryAfterMs, FIRST_WAIT_MS) };
    this.queue.pop();
    if (this.queue.length === 0) this.current = 'storing';
    return { found: this.settled(order, outcome), waitMs: 0 };
  }

  private settled(
    { clientOrderId, isStored }: OrderInDoubt,
    outcome: Exclude<LookupOutcome, { kind: 'unavailable' }>,
  ): readonly Order[] {
    if (outcome.kind === 'found') return [outcome.order];
    if (isStored) {
      const topic = orders(this.options.symbol);
      this.gone.add(clientOrderId);
      this.options.log.error(
        `${topic}: ${clientOrderId} is stored as open, and the exchange knows no such order; it stays as it is`,
        { topic, clientOrderId },
      );
    }
    return [];
  }

  private async note(): Promise<CatchUpStep> {
    const { db, symbolId } = this.options;
    await noteCaughtUp(db, await symbolId(), this.asOf);
    this.current = 'over';
    return NOTHING;
  }

  private failed(error: unknown): CatchUpStep {
    this.failures++;
    this.lastError = describeDatabaseError(error);
    const topic = orders(this.options.symbol);
    if (this.failures === 1)
      this.options.log.warn(`${topic}: cannot look up orders that may have changed unseen; trying again`, {
        topic,
        reason: this.lastError,
      });
    return { found: [], waitMs: backoffMs(this.failures) };
  }
}

/** Those that the exchange does not list as open: what it lists is as it stands, and what changes later is heard. */
export function stillInDoubt(
  inDoubt: readonly OrderInDoubt[],
  listedAsOpen: readonly Order[],
): readonly OrderInDoubt[] {
  const listed = new Set(listedAsOpen.map(({ clientOrderId }) => clientOrderId));
  return inDoubt.filter(({ clientOrderId }) => !listed.has(clientOrderId));
}
