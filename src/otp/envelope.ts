import type { PendingCall } from './pending-call.js';

/** What travels through nact's mailboxes: the message and which handler it is for. */
export class Envelope {
  constructor(
    readonly type: 'call' | 'cast' | 'info' | 'continue' | 'child-exited',
    /** Name of the call or cast; empty otherwise. */
    readonly key: string,
    readonly message: unknown,
    readonly from: PendingCall | null = null,
  ) {}
}

/** A message as crash reports name it: `cast publish`, `info trade-event`. */
export function describeEnvelope({ type, key, message }: Envelope): string {
  if (key !== '') return `${type} ${key}`;
  const kind =
    typeof message === 'object' && message !== null && 'kind' in message ? ` ${String(message.kind)}` : '';
  return `${type}${kind}`;
}
