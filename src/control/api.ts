import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { z } from 'zod';
import { CallFailed } from '../otp/index.js';
import { InputError, quoted } from '../platform/input-error.js';
import { REPORT_INPUT, shapeProblems } from '../platform/shape-problems.js';
import { UnknownSymbols } from '../platform/unknown-symbols.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { isConnectionError } from '../warehouse/retry.js';
import { NO_TOKEN, READ_ONLY, type Refusal, refusalOf, WRONG_TOKEN } from './guard.js';
import { inTime, NotNow, NotThere } from './in-time.js';
import type { RefusalLog } from './refusal-log.js';
import type { AnyRoute, Asked, Needed } from './route.js';
import type { Tokens } from './tokens.js';

/** No request of ours is longer: a thousand symbols. */
const MOST_BYTES = 64 * 1_024;
/** How long a look may take. Commands wait a little longer. */
const MOST_MS = 25_000;
// Somebody may have put a token where none belongs.
const TOKEN_LIKE = /[\w-]{43,}/g;
const JSON_TYPE = 'application/json; charset=utf-8';

export interface ApiDeps {
  readonly routes: readonly AnyRoute[];
  /** Where it listens. */
  readonly host: string;
  /** Null until they are known. */
  readonly tokens: () => Tokens | null;
  readonly refusals: RefusalLog;
  readonly log: Log;
  readonly clock: Clock;
}

/** What answers requests, however they come in. */
export async function apiHandler(
  deps: ApiDeps,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const app = fastify({ bodyLimit: MOST_BYTES, exposeHeadRoutes: false, logger: false });
  const refuse = refuser(deps);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    app.getDefaultJsonParser('error', 'error'),
  );
  // Before the body is read, and for paths that there are not, too.
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request.headers, deps.host) ?? forbidden(request, deps.tokens());
    return refusal === null ? undefined : refuse(request, reply, refusal);
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(request, reply, {
      status: 404,
      code: 'no-such-path',
      message: 'there is no such path; see /v1/openapi.json',
    }),
  );
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const refusal = refusalFor(error);
    if (refusal !== null) return refuse(request, reply, refusal);
    deps.log.error(`control: ${request.method} ${request.routeOptions.url} failed: ${error.message}`, {
      stack: error.stack ?? null,
    });
    return send(reply, 500, { error: { code: 'failed', message: 'it failed; the log says why' } });
  });
  for (const route of deps.routes) {
    app.route({
      method: route.method,
      url: route.path,
      config: { needs: route.needs },
      handler: (request, reply) => carryOut(route, request, reply, deps.clock),
    });
  }
  await app.ready();
  return (request, response) => app.routing(request, response);
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Unset for what is no route. */
    needs?: Needed;
  }
}

function forbidden(request: FastifyRequest, tokens: Tokens | null): Refusal | null {
  const needed = request.routeOptions.config.needs ?? 'read';
  if (needed === 'none') return null;
  const { authorization } = request.headers;
  if (authorization === undefined) return NO_TOKEN;
  const access = tokens?.accessOf(authorization) ?? null;
  if (access === null) return WRONG_TOKEN;
  return needed === 'full' && access === 'read' ? READ_ONLY : null;
}

async function carryOut(
  route: AnyRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  clock: Clock,
): Promise<unknown> {
  const asked: Asked<unknown, unknown, unknown> = {
    params: checked(route.params, request.params),
    query: checked(route.query, request.query),
    body: checked(route.body, request.body),
  };
  switch (route.kind) {
    case 'json': {
      const answering = Promise.resolve(route.handle(asked)) as Promise<unknown>;
      // A change that was told to have failed might be made all the same.
      const answer = await (route.method === 'GET'
        ? inTime(clock, MOST_MS, 'Hedgehog', answering)
        : answering);
      return send(reply, route.statusOf?.(answer) ?? 200, answer);
    }
    case 'text':
      return reply.type(route.produces).send(await route.handle(asked));
    case 'lines':
      reply.hijack();
      route.handle(asked, reply.raw);
      return undefined;
  }
}

function checked(schema: z.ZodType | undefined, given: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(given ?? {}, REPORT_INPUT);
  if (parsed.success) return parsed.data;
  throw new InputError(shapeProblems(parsed.error).join('\n'));
}

const send = (reply: FastifyReply, status: number, answer: unknown): FastifyReply =>
  reply.code(status).type(JSON_TYPE).header('cache-control', 'no-store').send(JSON.stringify(answer));

function refusalFor(error: FastifyError): Refusal | null {
  const { message } = error;
  if (error instanceof UnknownSymbols || error instanceof NotThere)
    return { status: 404, code: 'unknown', message };
  if (error instanceof InputError) return { status: 400, code: 'invalid', message };
  if (error instanceof NotNow) return { status: 503, code: 'not-now', message };
  if (error instanceof CallFailed)
    return {
      status: 503,
      code: 'not-now',
      message: 'a part of Hedgehog that this needs is being started again',
    };
  if (isConnectionError(error))
    return { status: 503, code: 'not-now', message: 'the database is not reachable at the moment' };
  const { statusCode = 500 } = error;
  if (statusCode >= 500) return null;
  return { status: statusCode, code: 'malformed-request', message };
}

/** Answers with a refusal and logs it: never with a header or the query, which may hold a token. */
const refuser =
  ({ refusals }: ApiDeps) =>
  (request: FastifyRequest, reply: FastifyReply, { status, code, message }: Refusal): FastifyReply => {
    refusals.note(code, {
      status,
      method: request.method,
      path: quoted((request.url.split('?')[0] ?? '').replaceAll(TOKEN_LIKE, '***')),
      from: request.socket.remoteAddress ?? 'the socket',
    });
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    return send(reply, status, { error: { code, message } });
  };
