import { z } from 'zod';
import type { Balance } from '../../../domain/account.js';
import { REPORT_INPUT } from '../../../platform/shape-problems.js';
import { decodeExecution, type Execution } from './execution.js';
import { type Malformed, malformed, malformedEvent } from './malformed.js';
import { count, decimal, name } from './wire-fields.js';

/** What the exchange told of the account. */
export type UserEvent =
  | Execution
  /** Of the assets that may have changed, as they stand at that time, Unix milliseconds. */
  | { readonly kind: 'position'; readonly updatedTime: number; readonly balances: readonly Balance[] }
  /** The connection hears nothing more of the account until it subscribes again. */
  | { readonly kind: 'stream-terminated' }
  /** The connection is about to be cut, maybe at once. */
  | { readonly kind: 'server-shutdown' }
  /** Of no concern to orders: `balanceUpdate`, `listStatus`, and whatever there is that we do not know. */
  | { readonly kind: 'other'; readonly name: string }
  | Malformed;

const named = z.object({ e: name });

const position = z.object({
  u: count,
  B: z.array(
    z
      .object({ a: name, f: decimal, l: decimal })
      .transform(({ a, f, l }): Balance => ({ asset: a, free: f, locked: l })),
  ),
});

function decodePosition(event: unknown): UserEvent {
  const parsed = position.safeParse(event, REPORT_INPUT);
  if (!parsed.success) return malformedEvent('outboundAccountPosition', parsed.error);
  return { kind: 'position', updatedTime: parsed.data.u, balances: parsed.data.B };
}

/**
 * What stands under `event` in a frame. Never throws.
 *
 * @see Binance spot docs, user-data-stream.md (read 2026-07)
 */
export function decodeUserEvent(event: unknown): UserEvent {
  const parsed = named.safeParse(event);
  if (!parsed.success) return malformed('event.e');
  switch (parsed.data.e) {
    case 'executionReport':
      return decodeExecution(event);
    case 'outboundAccountPosition':
      return decodePosition(event);
    case 'eventStreamTerminated':
      return { kind: 'stream-terminated' };
    case 'serverShutdown':
      return { kind: 'server-shutdown' };
    // Deposits and locks by other products are followed by an outboundAccountPosition, which says how things stand.
    default:
      return { kind: 'other', name: parsed.data.e };
  }
}
