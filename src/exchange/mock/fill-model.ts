/** How the exchange in the process fills orders; see `MatchingEngine`. */
export const FILL_MODELS = ['book', 'tape'] as const;
export type FillModel = (typeof FILL_MODELS)[number];
