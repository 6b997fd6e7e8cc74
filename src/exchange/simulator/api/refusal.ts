import type { OutcomeUnknown, RateLimited, Rejected } from '../../../ports/exchange.js';

/**
 * A request that ends here with an error of Binance's. Thrown while a request is read and judged, which goes through many small
 * steps, and turned into a reply in one place.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /** @param retryAt when to ask again, Unix milliseconds; only with 429 and 418 */
  constructor(
    readonly code: number,
    readonly msg: string,
    readonly status = 400,
    readonly retryAt: number | null = null,
  ) {
    super(msg);
  }
}

export const mandatory = (name: string): Refusal =>
  new Refusal(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);

export const oneOfMandatory = (one: string, other: string): Refusal =>
  new Refusal(-1102, `Param '${one}' or '${other}' must be sent, but both were empty/null!`);

export const illegalCharacters = (name: string, legalRange: string): Refusal =>
  new Refusal(-1100, `Illegal characters found in parameter '${name}'; legal range is '${legalRange}'.`);

export const invalidData = (name: string): Refusal =>
  new Refusal(-1130, `Data sent for parameter '${name}' is not valid.`);

export const notRequired = (name: string): Refusal =>
  new Refusal(-1106, `Parameter '${name}' sent when not required.`);

export const badCombination = (): Refusal =>
  new Refusal(-1128, 'Combination of optional parameters invalid.');

export const invalidSymbol = (): Refusal => new Refusal(-1121, 'Invalid symbol.');

export const unknownOrder = (): Refusal => new Refusal(-2011, 'Unknown order sent.');

/** The exchange itself gave no answer. */
export const outcomeUnknown = (): Refusal =>
  new Refusal(
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
    503,
  );

/** Something here is wrong. */
export const unknownError = (): Refusal =>
  new Refusal(-1000, 'An unknown error occurred while processing the request.', 500);

/** The exchange's own answer "no". */
export const refusalOf = (outcome: Rejected | RateLimited | OutcomeUnknown): Refusal =>
  outcome.kind === 'rejected' ? new Refusal(outcome.code, outcome.reason) : outcomeUnknown();
