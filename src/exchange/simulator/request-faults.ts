/** Parameters of a request, decoded. */
export type Params = ReadonlyMap<string, string>;

/** What goes wrong with one request. */
export interface RequestFault {
  /** When the exchange really does what it was asked; whatever the client is told. */
  readonly carryOut: 'now' | 'never' | { readonly afterMs: number };
  /** `drop`: the connection is cut without an answer. `normal` for what is never carried out is 503 with code -1007. */
  readonly answer:
    | 'normal'
    | 'drop'
    | {
        readonly status: number;
        /** A text is sent as HTML, an object as JSON. */
        readonly body: string | object;
        readonly headers?: Readonly<Record<string, string>>;
      };
  /** How long the answer, or the cut, is held back. */
  readonly delayMs: number;
}

/** Decides for each request that arrives whether something goes wrong with it; null: nothing. */
export interface RequestFaults {
  /** @param endpoint method and path, `POST /api/v3/order` */
  next(endpoint: string, params: Params): RequestFault | null;
}
