import type { ActorSnapshot } from '../../otp/index.js';

/** What the demo has to know of the actors, from what they show of themselves. */

const all = (tree: readonly ActorSnapshot[]): readonly ActorSnapshot[] =>
  tree.flatMap((actor) => [actor, ...all(actor.children)]);

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Those that have to be at work before the first trade; by their kind, and whether one is. */
const NEEDED: readonly (readonly [kind: string, most: number, isAtWork: (state: unknown) => boolean])[] = [
  ['BinanceClient', 1, (state) => field(state, 'ready') === true],
  ['UserDataStream', 1, (state) => field(state, 'phase') === 'subscribed'],
  ['StreamConnection', 1, (state) => field(state, 'confirmed') === 1],
  ['Subscriber', 2, () => true],
  ['Leader', 1, () => true],
];

/** What is not at work yet, by kind; empty when a market may begin. */
export function notReady(tree: readonly ActorSnapshot[]): readonly string[] {
  const actors = all(tree);
  return NEEDED.filter(
    ([kind, most, isAtWork]) =>
      actors.filter((actor) => actor.kind === kind && isAtWork(actor.state)).length < most,
  ).map(([kind]) => kind);
}

/** Connections that were made again, of market streams and user data. */
export function reconnects(tree: readonly ActorSnapshot[]): number {
  const sockets = all(tree).flatMap(({ kind, state }) =>
    kind === 'StreamConnection' ? [state] : kind === 'UserDataStream' ? [field(state, 'socket')] : [],
  );
  return sockets.reduce<number>((sum, socket) => sum + Number(field(socket, 'reconnects') ?? 0), 0);
}

/** Actors that crashed and were started again, however often. */
export const restarts = (tree: readonly ActorSnapshot[]): number =>
  all(tree).reduce((sum, actor) => sum + actor.restarts, 0);
