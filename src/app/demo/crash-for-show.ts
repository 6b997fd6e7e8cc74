import { actorAt } from '../../control/actors.js';
import type { Order } from '../../domain/order.js';
import type { BinanceRest } from '../../exchange/binance/binance-rest.js';
import { openOrders } from '../../exchange/binance/rest/requests.js';
import { type ActorSnapshot, type ActorSystem, inspectTree } from '../../otp/index.js';
import { MachineError } from '../../platform/machine-error.js';
import type { Clock } from '../../ports/clock.js';
import type { Log, LogFields, LogLevel } from '../../ports/log.js';
import { cycleIdOf } from '../../trading/client-order-ids.js';
import { wait } from '../../warehouse/retry.js';
import type { Followed } from './followed.js';
import { positionsIn } from './trading-ledger.js';
import { actorsIn } from './tree-facts.js';

/** A trader that waits for its sale. */
export interface Victim {
  readonly followed: Followed;
  readonly actor: ActorSnapshot;
  /** On the exchange. */
  readonly sell: Order;
}

const CRASH = 'killed for show';

/** The trader whose sale is furthest away: so there is time to see it come back. Undefined while there is none. */
export function chooseVictim(
  tree: readonly ActorSnapshot[],
  followed: Iterable<Followed>,
): Victim | undefined {
  const actors = new Map(actorsIn(tree).map((actor) => [actor.name, actor]));
  const victims = [...followed].flatMap((one) =>
    positionsIn(one.ledger.totals()).flatMap((sell): readonly Victim[] => {
      const actor = actors.get(`Trader ${cycleIdOf(sell.clientOrderId)}`);
      return actor === undefined ? [] : [{ followed: one, actor, sell }];
    }),
  );
  const farness = ({ followed: { seen }, sell }: Victim) =>
    seen.lastPrice === null ? sell.price : sell.price.div(seen.lastPrice);
  return victims.toSorted((a, b) => farness(b).cmp(farness(a)))[0];
}

const LOOK_MS = 10;
/** Its cycle is read from the database, which may have much else to do. */
const PATIENCE_MS = 30_000;

export interface CrashSite {
  readonly system: ActorSystem;
  readonly rest: BinanceRest;
  readonly clock: Clock;
}

/** How it went. `closed`: the order was filled meanwhile, and the trader has ended its cycle. */
export type Recovery = { readonly kind: 'rests'; readonly afterMs: number } | { readonly kind: 'closed' };

/**
 * Kills the trader, and waits until it is there again with the one order that it had.
 *
 * @throws MachineError when that does not come true
 */
export async function crashForShow(
  { followed, actor, sell }: Victim,
  { system, rest, clock }: CrashSite,
): Promise<Recovery> {
  const beganMs = clock.monotonicMs();
  const pid = actorAt(system, actor.path);
  if (pid !== undefined) system.kill(pid, new Error(CRASH));
  const isRestarted = (): boolean =>
    actorsIn(inspectTree(system)).some(({ name, restarts }) => name === actor.name && restarts > 0);
  let afterMs: number | null = null;
  for (;;) {
    if (followed.ledger.isAccountedFor(sell)) return { kind: 'closed' };
    if (isRestarted()) afterMs ??= clock.monotonicMs() - beganMs;
    if (afterMs !== null && (await ordersOf(rest, sell)).join() === String(sell.orderId))
      return { kind: 'rests', afterMs };
    if (clock.monotonicMs() - beganMs > PATIENCE_MS)
      throw new MachineError(
        `${actor.name} was killed for show, and is not back with its order ${sell.orderId} after ${PATIENCE_MS / 1_000} seconds`,
      );
    await wait(clock, LOOK_MS);
  }
}

/** The ids of the orders that its cycle has on the exchange. */
async function ordersOf(rest: BinanceRest, { symbol, clientOrderId }: Order): Promise<readonly number[]> {
  const answer = await rest.ask(openOrders(symbol));
  if (answer.kind !== 'ok') return [];
  const cycle = cycleIdOf(clientOrderId);
  return answer.value.filter((open) => cycleIdOf(open.clientOrderId) === cycle).map(({ orderId }) => orderId);
}

/** The log without what the show's own crash has the others say: whoever caused it tells of it. */
export function withoutShow(log: Log): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      const isMeant = [message, ...Object.values(fields)].some((value) => String(value).includes(CRASH));
      if (!isMeant) log[level](message, fields);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
