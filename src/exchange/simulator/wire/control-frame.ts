/** What a client may ask of a market stream connection, and what is wrong with what it asks. */
export type FrameId = number | string | null;

export type ControlRequest =
  | {
      readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE';
      readonly streams: readonly string[];
      readonly id: FrameId;
    }
  | { readonly method: 'LIST_SUBSCRIPTIONS'; readonly id: FrameId }
  | { readonly method: 'SET_PROPERTY'; readonly combined: boolean; readonly id: FrameId }
  | { readonly method: 'GET_PROPERTY'; readonly id: FrameId };

/** A frame that is refused, with Binance's code and message. */
export interface RefusedFrame {
  readonly method: 'refused';
  readonly code: 0 | 1 | 2 | 3;
  readonly message: string;
  readonly id: FrameId;
}

const METHODS = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY'] as const;

/**
 * Reads one frame of a client.
 *
 * @see Binance spot docs, web-socket-streams.md, "Live Subscribing/Unsubscribing to streams" (read 2026-07)
 */
export function readControlFrame(text: string): ControlRequest | RefusedFrame {
  const frame = parsed(text);
  if (frame === undefined) return refused(3, 'Invalid JSON: expected value at line 1 column 1', null);
  if (!isRecord(frame)) return invalid('expected an object', null);
  const { id, method, params } = frame;
  if (!isFrameId(id)) return invalid('request ID must be an unsigned integer', null);
  if (method === undefined) return invalid(`missing field \`method\` at line 1 column ${text.length}`, id);
  // The compiler narrows no `unknown` in a switch.
  const known = METHODS.find((name) => name === method);
  switch (known) {
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
      return isTexts(params)
        ? { method: known, streams: params, id }
        : invalid('params must be a list of stream names', id);
    case 'LIST_SUBSCRIPTIONS':
      return params === undefined || isEmpty(params)
        ? { method: known, id }
        : invalid('too many parameters', id);
    case 'SET_PROPERTY':
    case 'GET_PROPERTY':
      return readProperty(known, params, id);
    case undefined:
      return invalid(
        `unknown variant \`${typeof method === 'string' ? method : JSON.stringify(method)}\`, expected one of ${METHODS.map((name) => `\`${name}\``).join(', ')} at line 1 column ${columnOf(text, method)}`,
        id,
      );
  }
}

function readProperty(
  method: 'SET_PROPERTY' | 'GET_PROPERTY',
  params: unknown,
  id: FrameId,
): ControlRequest | RefusedFrame {
  const [name, value, ...rest]: readonly unknown[] = Array.isArray(params) ? params : [];
  if (typeof name !== 'string') return invalid('property name must be a string', id);
  if (name !== 'combined') return refused(0, 'Unknown property', id);
  const isGet = method === 'GET_PROPERTY';
  if (rest.length > 0 || (isGet && value !== undefined)) return invalid('too many parameters', id);
  if (isGet) return { method, id };
  return typeof value === 'boolean'
    ? { method: 'SET_PROPERTY', combined: value, id }
    : refused(1, 'Invalid value type: expected Boolean', id);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (code: RefusedFrame['code'], message: string, id: FrameId): RefusedFrame => ({
  method: 'refused',
  code,
  message,
  id,
});
const invalid = (why: string, id: FrameId): RefusedFrame => refused(2, `Invalid request: ${why}`, id);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Where the method's text ends in the frame, as Binance's parser points at it. */
const columnOf = (text: string, method: unknown): number => {
  const shown = JSON.stringify(method);
  return text.indexOf(shown) + shown.length;
};

/**
 * A whole number, a text of at most 36 letters and digits, or null. Whole numbers that JavaScript cannot hold are refused
 * rather than echoed as another number.
 */
export const isFrameId = (id: unknown): id is FrameId =>
  id === null || Number.isSafeInteger(id) || (typeof id === 'string' && /^[A-Za-z0-9_-]{1,36}$/.test(id));
