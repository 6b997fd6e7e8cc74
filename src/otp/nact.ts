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

/**
 * An actor itself, as nact gives it to plugins: part of nact's own tree, and the way to its mailbox. nact's own function for
 * sending looks the actor up along its path for every message, which costs a tenth of a message and can end at another actor of the same name.
 */
export interface NactActor {
  readonly name: string;
  readonly children: ReadonlyMap<string, NactActor>;
  readonly stopped: boolean;
  dispatch(message: unknown, sender: unknown): void;
}

/** An actor by both: its reference, which nact's functions take, and itself. */
export interface NactHandle {
  readonly ref: NactRef;
  readonly actor: NactActor;
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
  stop(what: NactRef): void;
  Nobody: new () => object;
}

// nact is CommonJS and its types promise ES exports that fail at run time, so it is required and typed here.
const nact = createRequire(import.meta.url)('nact') as Nact;

// nact allocates a sender per dispatch unless it is given one.
const NOBODY = new nact.Nobody();
let systems = 0;

/** Starts a nact system: the root of its tree. */
export function startNact(): NactHandle {
  let actor: NactActor | undefined;
  // nact keeps its systems in a global map by name.
  const ref = nact.start({ name: `hedgehog-${++systems}` }, (system) => {
    actor = system;
  });
  if (actor === undefined) throw new Error('nact did not call its plugin');
  return { ref, actor };
}

export function spawnNact(
  parent: NactHandle,
  turn: (message: unknown) => unknown,
  name: string,
  options: NactOptions,
): NactHandle {
  const encoded = encodeName(name);
  const ref = nact.spawn(parent.ref, (_state, message) => turn(message), encoded, options);
  return { ref, actor: parent.actor.children.get(encoded) as NactActor };
}

/** Puts a message into the mailbox; what is sent to a stopped actor is gone. */
export function dispatchNact({ actor }: NactHandle, message: unknown): void {
  if (!actor.stopped) actor.dispatch(message, NOBODY);
}

/** Stops one actor. nact does not stop its children; they are stopped one by one before. */
export const stopNact = ({ ref }: NactHandle): void => nact.stop(ref);

/** nact takes few characters in a name; the others are written as `$<hex>.`, so that no two names become one. */
export function encodeName(name: string): string {
  const encoded = name.replace(
    /[^a-zA-Z0-9\-_+!*'(),]/gu,
    (char) => `$${(char.codePointAt(0) ?? 0).toString(16)}.`,
  );
  return encoded === '' ? '$.' : encoded;
}
