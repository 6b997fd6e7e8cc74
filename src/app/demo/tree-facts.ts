import type { ActorSnapshot } from '../../otp/index.js';
import { SYMBOLS } from './demo-terms.js';

/** What the demo has to know of the actors, from what they show of themselves. */

/** Every actor, those at the top first. */
export const actorsIn = (tree: readonly ActorSnapshot[]): readonly ActorSnapshot[] =>
  tree.flatMap((actor) => [actor, ...actorsIn(actor.children)]);

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

interface Need {
  readonly kind: string;
  readonly count: number;
  readonly isAtWork: (state: unknown) => boolean;
}

/** Those that have to be at work before the first trade. */
const NEEDS: readonly Need[] = [
  { kind: 'BinanceClient', count: 1, isAtWork: (state) => field(state, 'ready') === true },
  { kind: 'UserDataStream', count: 1, isAtWork: (state) => field(state, 'phase') === 'subscribed' },
  {
    kind: 'StreamConnection',
    count: 1,
    isAtWork: (state) => field(state, 'confirmed') === SYMBOLS.length,
  },
  // Of trades and of orders.
  { kind: 'Subscriber', count: 2 * SYMBOLS.length, isAtWork: () => true },
  { kind: 'Leader', count: SYMBOLS.length, isAtWork: () => true },
];

/** What is not at work yet, by kind; empty when a market may begin. */
export function notReady(tree: readonly ActorSnapshot[]): readonly string[] {
  const actors = actorsIn(tree);
  return NEEDS.filter(
    ({ kind, count, isAtWork }) =>
      actors.filter((actor) => actor.kind === kind && isAtWork(actor.state)).length < count,
  ).map(({ kind }) => kind);
}

/** By symbol, how many trades are stored. */
export const storedTrades = (tree: readonly ActorSnapshot[]): ReadonlyMap<string, number> =>
  new Map(
    actorsIn(tree)
      .filter(({ kind }) => kind === 'Subscriber')
      .flatMap(({ name, state }) => {
        const [, symbol] = /TRADE_EVENTS:(\w+)$/.exec(name) ?? [];
        return symbol === undefined ? [] : [[symbol, Number(field(state, 'stored') ?? 0)] as const];
      }),
  );

/** Connections that were made again, of market streams and user data. */
export function reconnects(tree: readonly ActorSnapshot[]): number {
  const sockets = actorsIn(tree).flatMap(({ kind, state }) =>
    kind === 'StreamConnection' ? [state] : kind === 'UserDataStream' ? [field(state, 'socket')] : [],
  );
  return sockets.reduce<number>((sum, socket) => sum + Number(field(socket, 'reconnects') ?? 0), 0);
}

/** Actors that crashed and were started again, however often. */
export const restarts = (tree: readonly ActorSnapshot[]): number =>
  actorsIn(tree).reduce((sum, actor) => sum + actor.restarts, 0);
