import { createRequire } from 'node:module';

/** nact as it is, for what our own layer is compared with. */
export interface RawRef {
  readonly path: unknown;
}

interface Nact {
  start(): RawRef;
  spawn(parent: RawRef, turn: (state: undefined, message: unknown) => void, name: string): RawRef;
  dispatch(to: RawRef, message: unknown, sender: RawRef): void;
  query(to: RawRef, toMessage: (replyTo: RawRef) => unknown, timeoutMs: number): Promise<unknown>;
  stop(what: RawRef): void;
  Nobody: new () => RawRef;
}

// Typed here, as in src/otp: to nact's own types any object is a reference, and a dispatch has no sender.
const nact = createRequire(import.meta.url)('nact') as Nact;

// Given no sender, nact makes one for every message, which would make it look slower than it is.
const NOBODY = new nact.Nobody();

export const startRaw = (): RawRef => nact.start();

export const stopRaw = (what: RawRef): void => nact.stop(what);

export const spawnRaw = (parent: RawRef, name: string, handle: (message: unknown) => void): RawRef =>
  nact.spawn(parent, (_state, message) => handle(message), name);

export const tell = (to: RawRef, message: unknown): void => nact.dispatch(to, message, NOBODY);

/** @param toMessage is given where the answer is to be told */
export const ask = (to: RawRef, toMessage: (replyTo: RawRef) => unknown): Promise<unknown> =>
  nact.query(to, toMessage, 5_000);
