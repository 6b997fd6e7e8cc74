/** The name that publishers and subscribers share, and the type of what is published on it. */
export type Topic<Message> = string & { readonly __carries?: Message };
