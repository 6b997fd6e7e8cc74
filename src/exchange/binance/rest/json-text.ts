// Fifteen digits survive the way through a double; a literal this long may not.
const LONG_NUMBER = /-?\d[\d.eE+-]{15}/;
const STRING_OR_LONG_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]{15,}/g;

/**
 * What a JSON text stands for, except that a number of more than fifteen characters becomes an object with its text. As a
 * number it would come out rounded, and an id that is wrong by one is worse than none; as a text it would pass for a decimal.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!LONG_NUMBER.test(text)) return value;
  const exact = (token: string): string => (token.startsWith('"') ? token : `{"longNumber":"${token}"}`);
  return JSON.parse(text.replace(STRING_OR_LONG_NUMBER, exact));
}
