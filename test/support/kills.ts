import {
  type ActorSnapshot,
  type ActorSystem,
  inspectTree,
  type Pid,
  type PubSubProtocol,
  withDescendants,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { eventually } from './running-hedgehog.js';

const PATIENCE_MS = 30_000;
/** What a supervisor allows by default, less one: it may have had a reason of its own to restart somebody. */
const KILLS_ALLOWED = 2;
const PERIOD_MS = 5_000;

interface Actor {
  readonly path: string;
  readonly kind: string;
  readonly id: number;
}

/** Kills actors of a tree that runs, and tells what was started again that should not have been, and the other way round. */
export class Killer {
  private readonly killedMs = new Map<string, number[]>();

  constructor(
    private readonly system: ActorSystem,
    private readonly symbols: readonly string[],
  ) {}

  /** The places of all kinds that there are, with `*` for a symbol or a number. Tasks come and go with what they do. */
  kinds(): readonly string[] {
    const paths = this.actors().map(({ path }) => path);
    return [...new Set(paths.filter((path) => path.includes('/')).map((path) => this.kindOf(path)))];
  }

  /**
   * Kills one of a kind, another one each time where there are several, and waits until everything is as it was before.
   *
   * @returns what differs from what the strategy of its supervisor says, in words
   */
  async kill(kind: string, time: number): Promise<readonly string[]> {
    const victims = this.actors().filter(({ path }) => this.kindOf(path) === kind);
    const victim = victims[time % victims.length];
    if (victim === undefined) return [`there is no ${kind}`];
    await this.untilAllowed(parentOf(victim.path));
    const before = this.actors();
    const restarted = new Set(groupOf(inspectTree(this.system), victim.path));
    const listened = this.subscriptions();
    const [found] = before.filter(({ path }) => path === victim.path);
    // A trader whose cycle has ended since.
    if (found === undefined) return this.kill(kind, time);
    this.system.kill(this.pid(victim.path) as Pid, new Error('killed by the test'));
    const lasting = before.filter(isLasting);
    await eventually(
      () => {
        const now = new Map(this.actors().map(({ path, id }) => [path, id]));
        return lasting.filter(
          ({ path, id }) => !now.has(path) || (restarted.has(path) && now.get(path) === id),
        );
      },
      `all run after ${victim.path} was killed`,
      (missing) => missing.length === 0,
      PATIENCE_MS,
    );
    await eventually(
      () => differing(listened, this.subscriptions()),
      `everybody listens after ${victim.path} was killed`,
      (differences) => differences.length === 0,
      PATIENCE_MS,
    );
    const now = new Map(this.actors().map(({ path, id }) => [path, id]));
    return before
      .filter(({ path, id }) => now.has(path) && (now.get(path) !== id) !== restarted.has(path))
      .map(
        ({ path }) =>
          `${victim.path} killed: ${path} ${restarted.has(path) ? 'stayed' : 'was restarted too'}`,
      );
  }

  /** Whoever hears each topic, by place. */
  private subscriptions(): ReadonlyMap<string, string> {
    const pubsub = this.system.registry.lookup<PubSubProtocol>('PubSub') as
      | Process<PubSubProtocol>
      | undefined;
    const heard = [...(pubsub?.state.subscribersOf ?? [])].map(([topic, subscribers]): [string, string] => [
      topic,
      [...new Set([...subscribers].map(({ path }) => path.replace(/Trader \d+$/, 'Trader')))]
        .toSorted()
        .join(', '),
    ]);
    return new Map(heard);
  }

  private actors(): readonly Actor[] {
    const all: Actor[] = [];
    const visit = (processes: Iterable<Process>): void => {
      for (const { path, kind, id, children } of processes) {
        if (kind !== 'Task') all.push({ path, kind, id });
        visit(children.values());
      }
    };
    visit(this.system.roots.values());
    return all;
  }

  private pid(path: string): Pid | undefined {
    let found: Process | undefined;
    const visit = (processes: Iterable<Process>): void => {
      for (const process of processes) {
        if (process.path === path) found = process;
        visit(process.children.values());
      }
    };
    visit(this.system.roots.values());
    return found;
  }

  private kindOf(path: string): string {
    return this.symbols.reduce((text, symbol) => text.replaceAll(symbol, '*'), path).replace(/\d+$/, '*');
  }

  /** Nobody is to give up here. */
  private async untilAllowed(supervisor: string): Promise<void> {
    const killedMs = this.killedMs.get(supervisor) ?? [];
    this.killedMs.set(supervisor, killedMs);
    await eventually(
      () => killedMs.filter((ms) => performance.now() - ms <= PERIOD_MS).length,
      `${supervisor} may restart somebody again`,
      (count) => count < KILLS_ALLOWED,
      2 * PERIOD_MS,
    );
    killedMs.push(performance.now());
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Traders end with their cycles, and others come. */
const isLasting = ({ kind }: Actor): boolean => kind !== 'Trader';

/** The paths of those that are started again when that one ends, by the strategy of its supervisor. */
function groupOf(roots: readonly ActorSnapshot[], path: string): readonly string[] {
  const parent = withDescendants(roots).find(({ children }) => children.some((child) => child.path === path));
  if (parent === undefined) throw new Error(`${path} has no supervisor`);
  const { children, state } = parent;
  const at = children.findIndex((child) => child.path === path);
  switch ((state as { readonly strategy: string }).strategy) {
    case 'rest_for_one':
      return withDescendants(children.slice(at)).map((actor) => actor.path);
    case 'one_for_all':
      return withDescendants(children).map((actor) => actor.path);
    default:
      return withDescendants(children.slice(at, at + 1)).map((actor) => actor.path);
  }
}

const differing = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((topic) => before.get(topic) !== after.get(topic))
    .map((topic) => `${topic}: ${before.get(topic) ?? 'nobody'} -> ${after.get(topic) ?? 'nobody'}`);
