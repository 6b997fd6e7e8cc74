import type { TimeUnit } from '../api/api-types.js';
import type { UserSubscription } from './user-subscriptions.js';

/** Whoever takes the events of the accounts that it subscribed to. */
export interface UserReader {
  readonly unit: TimeUnit;
  subscriptionOf(account: string): UserSubscription | undefined;
  push(text: string): void;
}

/** The connections that are told of accounts. What happened before one subscribed is never told it. */
export class UserStreams {
  private readonly readers = new Set<UserReader>();

  join(reader: UserReader): void {
    this.readers.add(reader);
  }

  leave(reader: UserReader): void {
    this.readers.delete(reader);
  }

  /**
   * Tells an event to everyone who subscribed to the account. Each unit is written once.
   *
   * @param spoil changes the text of a frame on purpose
   */
  tell(
    account: string,
    eventIn: (unit: TimeUnit) => unknown,
    spoil: (text: string) => string = (text) => text,
  ): void {
    const texts = new Map<TimeUnit, string>();
    for (const reader of this.readers) {
      const subscription = reader.subscriptionOf(account);
      if (subscription === undefined) continue;
      const text = texts.get(reader.unit) ?? JSON.stringify(eventIn(reader.unit));
      texts.set(reader.unit, text);
      reader.push(spoil(wrapped(subscription.id, text)));
    }
  }
}

/** An event as it is pushed on a subscription. */
export const wrapped = (subscriptionId: number, event: string): string =>
  `{"subscriptionId":${subscriptionId},"event":${event}}`;
