/** How the stream of a symbol's trades stands. */
export type StreamState =
  | { readonly kind: 'off' }
  | { readonly kind: 'given-up'; readonly reason: string }
  /** `trouble`: why no trade comes, in words; null when there is no reason to expect none. */
  | { readonly kind: 'on'; readonly trouble: string | null };
