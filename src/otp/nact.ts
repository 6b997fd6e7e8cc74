import { createRequire } from 'node:module';

/**
 * All that we take from nact, typed. Nothing else in the project imports it.
 *
 * Used are mailboxes, the parent/child tree and the crash policy. Left alone, each for a measured reason: `query` (a crash
 * shows only as a timeout), `reset*` and `resume` (they drop messages, run two handlers at once, or wedge the actor),
 * `spawnStateless` (swallows errors), anonymous names (31 random bits), the default policies (they print to the console).
 */

/** A path to an actor. After a stop and a respawn under the same name it leads to the new one; so it is never handed out. */
export interface NactRef {
  readonly path: unknown;
}

/** nact's own tree, for cross-checking ours. */
export interface NactActor {
  readonly name: string;
  readonly children: ReadonlyMap<string, NactActor>;
}

export type Decision = symbol;
export interface CrashContext {
  readonly stop: Decision;
  readonly stopChild: Decision;
  readonly escalate: Decision;
  /** Absent once nact itself has stopped the actor. */
  readonly parent?: NactRef;
}

export interface NactOptions {
  readonly onCrash: (message: unknown, error: unknown, context: CrashContext, child?: NactRef) => Decision;
  readonly afterStop: () => void;
}

interface Nact {
  start(options: { name: string }, ...plugins: readonly ((system: NactActor) => void)[]): NactRef;
  spawn(
    parent: NactRef,
    turn: (state: undefined, message: unknown) => unknown,
    name: string,
    options: NactOptions,
  ): NactRef;
  dispatch(to: NactRef, message: unknown, sender: unknown): void;
  stop(what: NactRef): void;
  Nobody: new () => object;
}

// nact is CommonJS and its types promise ES exports that fail at run time, so it is required and typed here.
const nact = createRequire(import.meta.url)('nact') as Nact;

// nact allocates a sender per dispatch unless it is given one.
const NOBODY = new nact.Nobody();
let systems = 0;

/** Starts a nact system; `systemRoot` is its own object, the root of its tree. */
export function startNact(): { readonly ref: NactRef; readonly systemRoot: NactActor } {
  let systemRoot: NactActor | undefined;
  // nact keeps its systems in a global map by name.
  const ref = nact.start({ name: `hedgehog-${++systems}` }, (system) => {
    systemRoot = system;
  });
  if (systemRoot === undefined) throw new Error('nact did not call its plugin');
  return { ref, systemRoot };
}

export function spawnNact(
  parent: NactRef,
  turn: (message: unknown) => unknown,
  name: string,
  options: NactOptions,
): NactRef {
  return nact.spawn(parent, (_state, message) => turn(message), encodeName(name), options);
}

export const dispatchNact = (to: NactRef, message: unknown): void => nact.dispatch(to, message, NOBODY);

/** Stops one actor. nact does not stop its children; they are stopped one by one before. */
export const stopNact = (what: NactRef): void => nact.stop(what);

/** nact takes few characters in a name; the others are written as `$<hex>.`, so that no two names become one. */
export function encodeName(name: string): string {
  const encoded = name.replace(
    /[^a-zA-Z0-9\-_+!*'(),]/gu,
    (char) => `$${(char.codePointAt(0) ?? 0).toString(16)}.`,
  );
  return encoded === '' ? '$.' : encoded;
}
