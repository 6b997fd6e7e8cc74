/** How a subscription was authorised: by the session, or by a signature of its own. */
export type SubscribedBy = 'session' | 'signature';

export interface UserSubscription {
  readonly id: number;
  readonly account: string;
  readonly by: SubscribedBy;
}

export type Subscribing =
  | { readonly kind: 'subscribed'; readonly subscription: UserSubscription }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string };

const MOST_ACTIVE = 1_000;
const MOST_IDS = 65_535;

/** The user data subscriptions of one connection: one for each account. */
export class UserSubscriptions {
  private readonly byAccount = new Map<string, UserSubscription>();
  private nextId = 0;

  subscribe(account: string, by: SubscribedBy): Subscribing {
    if (this.byAccount.has(account)) return refused(-2035, 'User Data Stream subscription already active.');
    if (this.byAccount.size >= MOST_ACTIVE || this.nextId >= MOST_IDS)
      return refused(-2042, 'User Data Stream subscription ids of this connection are used up.');
    const subscription: UserSubscription = { id: this.nextId++, account, by };
    this.byAccount.set(account, subscription);
    return { kind: 'subscribed', subscription };
  }

  of(account: string): UserSubscription | undefined {
    return this.byAccount.get(account);
  }

  all(): readonly UserSubscription[] {
    return [...this.byAccount.values()];
  }

  /** Ends those that match; answers them. */
  end(matches: (subscription: UserSubscription) => boolean): readonly UserSubscription[] {
    const ended = this.all().filter(matches);
    for (const { account } of ended) this.byAccount.delete(account);
    return ended;
  }
}

const refused = (code: number, message: string): Subscribing => ({ kind: 'refused', code, message });
