import { z } from 'zod';
import type { AnyRoute } from './route.js';
import { refused } from './schemas.js';

type Json = Readonly<Record<string, unknown>>;
type Shape = (schema: z.ZodType, io: 'input' | 'output') => Json;

/** The OpenAPI 3.1 document of these routes. */
export function openApiDocument(routes: readonly AnyRoute[], version: string): Json {
  const schemas: Record<string, unknown> = {};
  const shape: Shape = (schema, io) => shapeOf(schema, io, schemas);
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, shape) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hedgehog',
      version,
      description:
        'The local API of a running Hedgehog. Prices, quantities and money are decimal strings, and exact. The tokens are in ' +
        'files that `hedgehog api-token` names.',
    },
    paths,
    components: {
      schemas: { ...schemas, Refused: shape(refused, 'output') },
      securitySchemes: {
        full: { type: 'http', scheme: 'bearer', description: 'the token in control.token' },
        read: { type: 'http', scheme: 'bearer', description: 'that in control.read.token, or the other' },
      },
    },
  };
}

function operation(route: AnyRoute, shape: Shape): Json {
  const { summary, needs, body } = route;
  const parameters = [
    ...parametersOf(route.params, 'path', shape),
    ...parametersOf(route.query, 'query', shape),
  ];
  return {
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: shape(body, 'input') } } },
        }),
    security: needs === 'none' ? [] : [{ [needs]: [] }],
    responses: {
      ...answersOf(route, shape),
      default: {
        description:
          'it was refused, and nothing was changed; or, from 500, it failed: a change may have been made if the connection ' +
          'to the database was lost meanwhile, or through a defect',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Refused' } } },
      },
    },
  };
}

function answersOf(route: AnyRoute, shape: Shape): Json {
  if (route.kind === 'text') return { 200: { description: 'text', content: { [route.produces]: {} } } };
  const schema = shape(route.answer, 'output');
  if (route.kind === 'lines')
    return { 200: { description: 'one of these a line', content: { 'application/x-ndjson': { schema } } } };
  const content = { 'application/json': { schema } };
  const done = { 200: { description: 'done', content } };
  return route.statusOf === undefined ? done : { ...done, 503: { description: 'not now', content } };
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query', shape: Shape): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = shape(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...of }]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: of,
  }));
}

/** A schema as the document holds it; those with a name of their own go among the document's. */
function shapeOf(schema: z.ZodType, io: 'input' | 'output', named: Record<string, unknown>): Json {
  const text = JSON.stringify(z.toJSONSchema(schema, { io })).replaceAll('#/$defs/', '#/components/schemas/');
  const {
    $schema: _dialect,
    $defs = {},
    ...rest
  } = JSON.parse(text) as { $schema: string; $defs?: Json } & Json;
  Object.assign(named, $defs);
  return rest;
}
