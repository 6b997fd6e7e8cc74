// By property and not by `instanceof Error`: errors of Node itself may be from another realm, as they are under jest.
const property = (error: unknown, name: 'code' | 'message'): string =>
  typeof error === 'object' && error !== null ? String(Reflect.get(error, name) ?? '') : '';

/** The code that Node or PostgreSQL gave an error, such as ENOENT or 42P01; empty when it has none. */
export const codeOf = (error: unknown): string => property(error, 'code');

/** What an error says. */
export const messageOf = (error: unknown): string => property(error, 'message') || String(error);
