/**
 * A mistake of the user, in a file, an option or a setting: the message alone is shown, without a stack.
 *
 * The message names the place, what was given there and what is allowed.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Given text as it may stand in a message: quoted, and cut when it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
