import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Access } from './tokens.js';

/** Who may ask: anybody on this machine, or who has a token. */
export type Needed = Access | 'none';

/** What was asked, checked. */
export interface Asked<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** One thing that the API does: the description of it, what it takes and gives as schemas, and the doing. */
interface Described<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** `/v1/settings/:symbol` */
  readonly path: string;
  readonly summary: string;
  readonly needs: Needed;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
}

type AskedOf<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> = Asked<
  z.output<Params>,
  z.output<Query>,
  z.output<Body>
>;

export type Answers<Asking, Answer extends z.ZodType> =
  | {
      readonly kind: 'json';
      readonly answer: Answer;
      /** Default 200. */
      readonly statusOf?: (answer: z.output<Answer>) => number;
      readonly handle: (asked: Asking) => z.output<Answer> | Promise<z.output<Answer>>;
    }
  | { readonly kind: 'text'; readonly produces: string; readonly handle: (asked: Asking) => Promise<string> }
  /** Lines of JSON, for as long as somebody reads them; whoever handles it writes and ends the response. */
  | {
      readonly kind: 'lines';
      readonly answer: Answer;
      readonly handle: (asked: Asking, response: ServerResponse) => void;
    };

export type Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> = Described<Params, Query, Body> & Answers<AskedOf<Params, Query, Body>, Answer>;

// biome-ignore lint/suspicious/noExplicitAny: a route's handler is contravariant in what it takes, so nothing narrower holds all.
export type AnyRoute = Route<any, any, any, any>;

/** A route whose handler is checked against its schemas. */
export const route = <
  Params extends z.ZodType = z.ZodType<undefined>,
  Query extends z.ZodType = z.ZodType<undefined>,
  Body extends z.ZodType = z.ZodType<undefined>,
  Answer extends z.ZodType = z.ZodType<never>,
>(
  described: Route<Params, Query, Body, Answer>,
): AnyRoute => described;
