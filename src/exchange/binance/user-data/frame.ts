import { z } from 'zod';
import { type Malformed, malformed } from './malformed.js';
import { decodeUserEvent, type UserEvent } from './user-event.js';

/** The exchange's answer to a request. Its texts are not kept: they may repeat what was sent, the key for instance. */
export interface Answer {
  readonly kind: 'answer';
  /** The request's; null when the exchange could not tell, or would not, which request it is about. */
  readonly id: string | null;
  /** 200, or an HTTP status with the same meaning. */
  readonly status: number;
  /** The exchange's error code, negative; null when all is well, or when it gave none. */
  readonly code: number | null;
  /** Until when the exchange wants nothing of us, Unix milliseconds; null when it did not say. */
  readonly retryAfterTime: number | null;
}

export type Frame = Answer | UserEvent;

const pushed = z.object({ event: z.unknown() });
const answered = z.object({
  id: z.union([z.string(), z.int()]).nullable(),
  status: z.int(),
  error: z
    .object({ code: z.int(), data: z.object({ retryAfter: z.number().optional() }).nullish().catch(null) })
    .nullish(),
});

/** One text frame of the WebSocket API. Never throws. */
export function decodeFrame(text: string): Frame {
  const json = jsonOf(text);
  if (json === undefined) return malformed('frame');
  const event = pushed.safeParse(json);
  if (event.success && event.data.event !== undefined) return decodeUserEvent(event.data.event);
  const answer = answered.safeParse(json);
  return answer.success ? answerOf(answer.data) : malformedAnswer(answer.error);
}

function answerOf({ id, status, error }: z.output<typeof answered>): Answer {
  return {
    kind: 'answer',
    id: id === null ? null : String(id),
    status,
    code: error?.code ?? null,
    retryAfterTime: error?.data?.retryAfter ?? null,
  };
}

function malformedAnswer({ issues }: z.ZodError): Malformed {
  return malformed(['answer', ...(issues[0]?.path ?? [])].map(String).join('.'));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
