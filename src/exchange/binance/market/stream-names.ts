/** The stream of a symbol's trades. Its letters are small; a symbol may hold any characters, also such as have no case. */
export const tradeStream = (symbol: string): string => `${symbol.toLowerCase()}@trade`;
