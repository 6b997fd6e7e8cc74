import {
  CallFailed,
  type ChildInfo,
  type Pid,
  RestartIntensityExceeded,
  type Sender,
  whichChildren,
} from '../otp/index.js';
import type { DesiredState, Wish } from '../ports/desired-state.js';
import type { Log, LogFields } from '../ports/log.js';
import { type Change, reconcile } from './reconcile.js';
import type { Things } from './things.js';

export type StartAnswer =
  | { readonly kind: 'started' | 'already-running' }
  /** Nothing of that name can run; `reason` says why. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Its start threw. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The service itself does not run at the moment. */
  | { readonly kind: 'unavailable' };

export type StopAnswer = { readonly kind: 'stopped' | 'not-running' | 'unavailable' };

export interface ThingState {
  readonly name: string;
  /** `restarting`: between a crash and its next start. `given-up`: it crashed too often. */
  readonly state: 'running' | 'restarting' | 'given-up';
  readonly pid: Pid | null;
  readonly restarts: number;
  /** Why it was given up; otherwise null. */
  readonly reason: string | null;
}

/** How a thing that was started or wanted stands, as far as the service knows without asking anybody. */
export interface Standing {
  readonly name: string;
  readonly state: 'running' | 'given-up';
  /** Why it was given up, or cannot run at all; otherwise null. */
  readonly reason: string | null;
}

interface GivenUp {
  readonly version: string | null;
  readonly reason: string;
}

/**
 * A service: starts, stops and lists named things, and keeps them to what is wanted. It answers with values, whatever state the
 * things and their supervisor are in. One request is carried out after the other, so two of them never cross.
 */
export class Service<Wanted> {
  /** The version of the wish that each thing was started with or told of, by name; kept while it runs. */
  private readonly versions = new Map<string, string | null>();
  private readonly names = new Map<string, string>();
  private readonly givenUp = new Map<string, GivenUp>();
  private readonly watchers = new Set<() => void>();
  private lastRequest: Promise<unknown> = Promise.resolve();

  /**
   * @param name for messages: `streaming`
   * @param sender who calls the supervisor
   */
  constructor(
    readonly name: string,
    private readonly sender: Sender,
    private readonly things: Things<Wanted>,
    private readonly log: Log,
  ) {}

  start(name: string, wanted: Wanted, version: string | null = null): Promise<StartAnswer> {
    return this.inTurn(() => this.startNow(name, wanted, version));
  }

  stop(name: string): Promise<StopAnswer> {
    return this.inTurn(() => this.stopNow(name));
  }

  /** What runs and what was given up, by name. Nothing runs while the supervisor does not. */
  async list(): Promise<readonly ThingState[]> {
    const running = [...(await this.children()).entries()].map(
      ([name, { pid, restarts }]): ThingState => ({
        name,
        state: pid === null ? 'restarting' : 'running',
        pid,
        restarts,
        reason: null,
      }),
    );
    const given = [...this.givenUp]
      .filter(([name]) => !running.some((thing) => thing.name === name))
      .map(([name, { reason }]): ThingState => ({ name, state: 'given-up', pid: null, restarts: 0, reason }));
    return [...running, ...given].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What was started and what was given up. */
  standings(): readonly Standing[] {
    const running = [...this.versions.keys()]
      .filter((name) => !this.givenUp.has(name))
      .map((name) => ({ name, state: 'running', reason: null }) as const);
    const given = [...this.givenUp].map(
      ([name, { reason }]) => ({ name, state: 'given-up', reason }) as const,
    );
    return [...running, ...given];
  }

  /** Tells that something may stand otherwise, until the function it returns is called. */
  watch(onChange: () => void): () => void {
    this.watchers.add(onChange);
    return () => this.watchers.delete(onChange);
  }

  /** Brings what runs in line with what is wanted now. One that cannot be started does not keep the others from it. */
  follow(desired: DesiredState<Wanted>): Promise<void> {
    // Read when it is its turn: a wish read earlier might be older than what was carried out meanwhile.
    return this.inTurn(async () => this.apply(await desired.read()));
  }

  /** For the supervisor to tell that it gives a thing up. */
  noteGivenUp(childId: string, reason: Error): void {
    const name = this.names.get(childId) ?? childId;
    const why = reason instanceof RestartIntensityExceeded ? reason.story : reason.message;
    this.givenUp.set(name, { version: this.versions.get(name) ?? null, reason: why });
    this.versions.delete(name);
    this.log.error(
      `${this.name}: ${name} is given up until it is started again: ${why}`,
      this.fieldsOf(name),
    );
    this.tellWatchers();
  }

  /** What the inspector shows: what was given up, and why. */
  inspect(): Readonly<Record<string, Readonly<Record<string, string>>>> {
    if (this.givenUp.size === 0) return {};
    return { givenUp: Object.fromEntries([...this.givenUp].map(([name, { reason }]) => [name, reason])) };
  }

  private inTurn<T>(request: () => Promise<T>): Promise<T> {
    const result = this.lastRequest.then(request);
    this.lastRequest = result.catch(() => {}).then(() => this.tellWatchers());
    return result;
  }

  private tellWatchers(): void {
    for (const tell of this.watchers) tell();
  }

  private async apply(desired: ReadonlyMap<string, Wish<Wanted>>): Promise<void> {
    const running = new Map(
      [...(await this.children()).keys()].map((name) => [name, this.versions.get(name) ?? null]),
    );
    const givenUp = new Map([...this.givenUp].map(([name, { version }]) => [name, version]));
    for (const name of givenUp.keys()) if (!desired.has(name)) this.givenUp.delete(name);
    for (const change of reconcile(desired, running, givenUp)) await this.carryOut(change);
  }

  private async carryOut(change: Change<Wanted>): Promise<void> {
    const { name } = change;
    if (change.kind === 'stop') {
      this.tell(name, await this.stopNow(name));
      return;
    }
    const { wanted, version } = change.wish;
    if (change.kind === 'change') {
      if (this.things.change(name, wanted)) {
        this.versions.set(name, version);
        return;
      }
      this.tell(name, await this.stopNow(name));
    }
    this.tell(name, await this.startNow(name, wanted, version));
  }

  private async startNow(name: string, wanted: Wanted, version: string | null): Promise<StartAnswer> {
    const why = this.things.whyNot(name);
    if (why !== null) {
      this.givenUp.set(name, { version, reason: why });
      return { kind: 'unknown', reason: why };
    }
    const id = this.things.idOf(name);
    this.names.set(id, name);
    try {
      if ((await this.childrenOrThrow()).has(name)) return { kind: 'already-running' };
      // Before the start: a thing may be given up before its start has been answered.
      this.versions.set(name, version);
      this.givenUp.delete(name);
      await this.things.start(name, wanted);
      return { kind: 'started' };
    } catch (error) {
      if (isAway(error)) return { kind: 'unavailable' };
      const reason = error instanceof Error ? error.message : String(error);
      this.versions.delete(name);
      this.givenUp.set(name, { version, reason });
      return { kind: 'failed', reason };
    }
  }

  private async stopNow(name: string): Promise<StopAnswer> {
    this.givenUp.delete(name);
    this.versions.delete(name);
    try {
      return { kind: (await this.things.stop(name)) ? 'stopped' : 'not-running' };
    } catch (error) {
      if (isAway(error)) return { kind: 'unavailable' };
      throw error;
    }
  }

  private async children(): Promise<ReadonlyMap<string, ChildInfo>> {
    return this.childrenOrThrow().catch((error: unknown) => {
      if (isAway(error)) return new Map();
      throw error;
    });
  }

  private async childrenOrThrow(): Promise<ReadonlyMap<string, ChildInfo>> {
    const children = await whichChildren(this.sender, this.things.supervisor);
    return new Map(children.map((child) => [this.names.get(child.id) ?? child.id, child]));
  }

  private tell(name: string, answer: StartAnswer | StopAnswer): void {
    const [level, text] = described(answer);
    this.log[level](`${this.name}: ${name} ${text}`, this.fieldsOf(name));
  }

  private fieldsOf(name: string): LogFields {
    return this.things.fieldsOf?.(name) ?? { symbol: name };
  }
}

function described(answer: StartAnswer | StopAnswer): readonly [keyof Log, string] {
  switch (answer.kind) {
    case 'started':
      return ['info', 'is started'];
    case 'stopped':
      return ['info', 'is stopped'];
    case 'already-running':
      return ['debug', 'is running already'];
    case 'not-running':
      return ['debug', 'is not running'];
    case 'unavailable':
      return ['warn', 'waits: its supervisor does not run at the moment'];
    case 'unknown':
      return ['error', `cannot be started: ${answer.reason}`];
    case 'failed':
      return ['error', `could not be started: ${answer.reason}`];
  }
}

/** The supervisor is not there, ended before it answered, or took too long: not a defect of what was asked. */
const isAway = (error: unknown): boolean => error instanceof CallFailed;
