import type { Order } from '../../domain/order.js';
import { type Address, type PubSubProtocol, publish, type Sender } from '../../otp/index.js';
import type { Log } from '../../ports/log.js';
import { accountBalances } from '../../ports/topics.js';
import type { BinanceRest } from './binance-rest.js';
import type { RestOutcome } from './rest/outcome.js';
import { account, openOrders, type RestRequest } from './rest/requests.js';

export interface AccountCheckDeps {
  readonly rest: Pick<BinanceRest, 'ask'>;
  readonly pubsub: Address<PubSubProtocol>;
  /** What our client order ids start with: one of these. */
  readonly orderIdStarts: readonly string[];
  readonly log: Log;
  readonly wait: (ms: number) => Promise<void>;
}

const AGAIN_MS = 10_000;
const MOST_NAMED = 10;

/**
 * Looks at the account once: tells what it has, and says what an owner ought to know before orders are placed. Waits while the
 * exchange cannot be asked; a clear "no" ends it.
 */
export async function checkAccount(sender: Sender, deps: AccountCheckDeps): Promise<void> {
  const { pubsub, orderIdStarts, log } = deps;
  const found = await answerTo(deps, account, 'the account cannot be looked at');
  if (found === null) return;
  publish(sender, pubsub, accountBalances, { kind: 'balances-changed', balances: found.balances });
  if (!found.canTrade)
    log.error('the account may not trade: the exchange refuses orders until that is changed at the exchange');
  const open = await answerTo(deps, openOrders(), 'the open orders of the account cannot be listed');
  const isOurs = ({ clientOrderId }: Order): boolean =>
    orderIdStarts.some((start) => clientOrderId.startsWith(start));
  const others = (open ?? []).filter((order) => !isOurs(order));
  if (others.length > 0)
    log.warn('the account has open orders that are not ours; they are left alone, and use up what is free', {
      orders: others.length,
      symbols: symbolsOf(others),
    });
}

function symbolsOf(orders: readonly Order[]): string {
  const symbols = [...new Set(orders.map(({ symbol }) => symbol))].toSorted();
  const more = symbols.length - MOST_NAMED;
  return [...symbols.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(' ');
}

/** Null after a clear "no", which is said. */
async function answerTo<T>(
  { rest, log, wait }: AccountCheckDeps,
  request: RestRequest<T>,
  trouble: string,
): Promise<T | null> {
  for (let tries = 1; ; tries++) {
    const outcome: RestOutcome<T> = await rest.ask(request);
    if (outcome.kind === 'ok') return outcome.value;
    if (outcome.kind === 'rejected') {
      log.error(`${trouble}: ${outcome.reason}`, { code: outcome.code });
      return null;
    }
    if (tries === 1) log.warn(`${trouble} now; trying again`, { because: outcome.kind });
    await wait(outcome.kind === 'rate-limited' ? Math.max(outcome.retryAfterMs, AGAIN_MS) : AGAIN_MS);
  }
}
