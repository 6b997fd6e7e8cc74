import { inspect, types } from 'node:util';

/** What was thrown, as an Error. By shape too: under a test runner it may come from another realm. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown;
  // String() itself throws for an object without a prototype.
  return new Error(typeof thrown === 'string' ? thrown : inspect(thrown));
}
