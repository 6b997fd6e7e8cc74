import { join } from 'node:path';
import { z } from 'zod';
import { KEYS, type Takes } from './keys.js';

const text = z.string('text').min(1, 'text that is not empty');

type Tree = { [name: string]: Tree | z.ZodType };

/** What a configuration file may hold: nested objects, of which each is optional, and no key beside those of the table. */
export const FILE_SHAPE = shapeOf(tree());

/** The JSON Schema of a configuration file, by which editors complete and check it. */
export const fileSchema = (): object => ({
  title: 'Hedgehog configuration',
  ...z.toJSONSchema(FILE_SHAPE, { io: 'input' }),
});

function tree(): Tree {
  // For editors, which find the schema by it.
  const root: Tree = { $schema: z.string('text') };
  for (const { key, what, takes, otherwise } of KEYS) {
    const names = key.split('.');
    const last = names.pop() ?? key;
    let at = root;
    for (const name of names) {
      at[name] ??= {};
      at = at[name] as Tree;
    }
    const description = otherwise === undefined ? what : `${what} (default: ${otherwise})`;
    at[last] = typeFor(takes).describe(description);
  }
  return root;
}

function shapeOf(node: Tree): z.ZodType {
  const fields = Object.entries(node).map(([name, value]) => [
    name,
    (value instanceof z.ZodType ? value : shapeOf(value)).optional(),
  ]);
  return z.strictObject(Object.fromEntries(fields), { error: () => 'an object' });
}

function typeFor(takes: Takes): z.ZodType {
  switch (takes.kind) {
    case 'text':
    case 'path':
      return text;
    case 'one-of':
      return z.enum(takes.values, takes.values.join(', '));
    case 'whole-number': {
      const allowed = `a whole number from ${takes.from} to ${takes.to}`;
      return z.int(allowed).min(takes.from, allowed).max(takes.to, allowed);
    }
    case 'switch':
      return z.boolean('true or false');
    case 'tapes':
      return z.union([text, z.array(text).min(1)], 'the path of a file, or a list of such');
  }
}

/** The value as its variable would be given it, when paths start from that folder. */
export function asText(takes: Takes, value: unknown, folder: string): string {
  switch (takes.kind) {
    case 'switch':
      return value === true ? takes.on : takes.off;
    case 'path':
      return value === takes.except ? String(value) : from(folder, String(value));
    case 'tapes':
      return [value]
        .flat()
        .flatMap((tapes) => String(tapes).split(','))
        .map((tape) => tapeFrom(folder, tape.trim()))
        .join(',');
    default:
      return String(value);
  }
}

const from = (folder: string, path: string): string => (path.startsWith('/') ? path : join(folder, path));

function tapeFrom(folder: string, given: string): string {
  const [, symbol = '', path = given] = /^([^=/]+=)(.*)$/.exec(given) ?? [];
  return symbol + from(folder, path);
}
