import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { CallFailed } from '../../../otp/index.js';
import { InputError } from '../../../platform/input-error.js';
import { type ControlTarget, control, notJson } from './control-routes.js';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Whether a request is for the control endpoint. */
export const isControl = (request: IncomingMessage): boolean => pathOf(request).startsWith('/control/');

/** Answers a request to the control endpoint: JSON in, JSON out, and to this machine only. */
export async function answerControl(
  target: ControlTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A web page that is open on this machine has an origin, and no business here.
  const isOurs = LOOPBACK.has(request.socket.remoteAddress ?? '') && request.headers.origin === undefined;
  if (!isOurs) {
    send(response, 403, { error: 'the control endpoint answers to this machine only' });
    return;
  }
  try {
    const body = await text(request);
    const method = request.method ?? 'GET';
    const answer = await control(target, method, pathOf(request), body === '' ? undefined : parsed(body));
    if (answer === null) send(response, 404, { error: `there is no ${method} ${pathOf(request)}` });
    else send(response, answer.status, answer.body);
  } catch (error) {
    if (error instanceof InputError) send(response, 400, { error: error.message });
    // An actor that was asked is gone, as it is while the simulator stops.
    else if (error instanceof CallFailed) send(response, 503, { error: error.message });
    else throw error;
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw notJson(body);
  }
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?')[0] ?? '/';

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
